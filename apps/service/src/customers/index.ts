export { type Customers, createCustomers } from './customers.ts';

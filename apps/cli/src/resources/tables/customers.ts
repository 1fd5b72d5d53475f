import type { CustomerItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';

export const customers: Resource<CustomerItem> = {
  name: 'customers',
  one: 'customer',
  about: `Your own customers. Their names are the labels on usage and reports; rules ("customer-rules") say which part of an
inventory is whose.`,
  metered: true,
  path: '/api/v1/customers',
  id: { argument: 'customer', words: 'the name or the UUID', of: ({ id }) => id, called: 'name' },
  such: { filter: "'name==North*'", sort: '-createdAt' },
  columns: [{ name: 'id', title: 'Customer' }, { name: 'name' }, { name: 'number' }, ...LIFE_COLUMNS],
  fields: [
    {
      flags: '--name <text>',
      words: 'the label on usage, 170 characters at most',
      member: 'name',
      create: 'needed',
      change: true,
    },
    {
      flags: '--number <text>',
      words: 'your own number of them',
      member: 'number',
      create: 'can',
      change: true,
    },
  ],
  words: {
    list: 'Lists your customers.',
    show: 'Shows one customer.',
    create: 'Makes a customer.',
    change: 'Gives a customer another name or number. Usage that was labelled before keeps the old name.',
    delete: 'Deletes a customer that no rule names any more.',
  },
  examples: {
    list: ['customers list', "customers list --filter 'name==North*'"],
    show: ['customers show Northwind'],
    create: ['customers create --name Northwind --number C-1001'],
    change: ['customers change Northwind --number C-1002'],
    delete: ['customers delete Northwind'],
  },
  empty: 'There is no customer. Make one: meterhouse customers create --help',
};

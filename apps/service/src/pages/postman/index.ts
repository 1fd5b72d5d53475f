export { makeCollection } from './make-collection.ts';

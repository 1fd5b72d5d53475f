import { Problem } from '@meterhouse/contract';

export const unknownCustomer = () =>
  new Problem('not-found', { detail: 'Your organisation has no such customer.' });

export const unknownRule = () =>
  new Problem('not-found', { detail: 'Your organisation has no such customer rule.' });

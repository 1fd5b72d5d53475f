import { Problem } from '@meterhouse/contract';

export const unknownContract = () =>
  new Problem('not-found', { detail: 'Your organisation has no contract of this number.' });

export const unknownSite = () =>
  new Problem('not-found', { detail: 'Your organisation has no such site under a contract of this number.' });

import { Problem } from '@meterhouse/contract';

/** Said in the same words whether there is no such meter or it is another organisation's. */
export const unknownMeter = () =>
  new Problem('not-found', { detail: 'Your organisation has no meter with this agentId.' });

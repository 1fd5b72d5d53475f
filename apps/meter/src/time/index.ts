export { type Backoff, pauseAfter } from './backoff.ts';
export { REAL_TIME, type Time } from './time.ts';

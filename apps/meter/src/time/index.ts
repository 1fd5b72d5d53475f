export { REAL_TIME, type Time } from './time.ts';

export type { ClosedHour, ClosedHours } from './closed-hour.ts';

export type { ClosedHour, ClosedHours } from './closed-hour.ts';
export { type Labels, NO_LABELS } from './labels.ts';
export type { GapReason, Ledger, LedgerStatus } from './ledger.ts';
export { LedgerError, type LedgerErrorCode } from './ledger-error.ts';
export { type LedgerOptions, openLedger } from './open-ledger.ts';
export { PLAIN, type Privacy, type PrivateAttribute } from './privacy.ts';
export { closedHours } from './waiting-hours.ts';

export { createRecordChange } from './record-change.ts';
export type { Change, RecordChange } from './types.ts';
export { type AuditVerdict, verifyAuditLog } from './verify-audit-log.ts';

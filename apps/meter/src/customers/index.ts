export {
  AUDIT_COLUMNS,
  type AuditedProduct,
  type AuditKind,
  type AuditRow,
  auditCells,
  auditRules,
  auditTsv,
} from './audit.ts';
export { createLabels } from './labels.ts';
export { allRules, type Rule } from './rules.ts';
export {
  type FetchedRules,
  fetchRules,
  keepFetchedRules,
  loadFetchedRules,
  type RulesSource,
} from './service-rules.ts';
export type { RuledProduct } from './targets.ts';

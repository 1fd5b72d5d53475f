import type { Transaction } from '../database/types.ts';

export interface Change {
  /** `undefined` where the change is the service's own and touches no organisation. */
  organisationId?: string;
  /** `token:<id>`, `meter:<agentId>`, `person:<id>` or `service`. */
  actor: string;
  /** Kebab-case, past tense: `meter-registered`. */
  action: string;
  /** What was changed, such as `meter:<agentId>`. */
  subject: string;
  /** What a person would want to know of it; never a secret. */
  details?: Readonly<Record<string, unknown>>;
  requestId?: string;
}
/** Adds the entry to the chained audit log in the transaction that makes the change. */
export type RecordChange = (transaction: Transaction, change: Change) => Promise<void>;

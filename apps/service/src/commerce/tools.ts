import type { RecordChange } from '../platform/audit/index.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database, Transaction } from '../platform/database/index.ts';

/** Of the reports room: what the reports of this meter's month (`2023-01`) say has changed. */
export type RequestRenewal = (transaction: Transaction, meterId: string, month: string) => Promise<void>;

/** What a change of contracts and sites tells others. */
export interface CommerceTools {
  readonly recordChange: RecordChange;
  readonly requestRenewal: RequestRenewal;
  readonly clock: () => Date;
}

export interface CommerceOptions extends CommerceTools {
  readonly database: Database;
  readonly makeChange: MakeChange;
}

/** Who makes a change, for the audit log; the provisioning file has no request. */
export interface Author {
  readonly organisationId: string;
  readonly actor: string;
  readonly requestId?: string;
}

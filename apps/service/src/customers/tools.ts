import type { RecordChange } from '../platform/audit/index.ts';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/index.ts';

export interface CustomersOptions {
  readonly database: Database;
  readonly recordChange: RecordChange;
  readonly makeChange: MakeChange;
  readonly clock: () => Date;
}

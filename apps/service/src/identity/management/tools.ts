import type { RecordChange } from '../../platform/audit/types.ts';
import type { MakeChange } from '../../platform/changes/index.ts';
import type { Database } from '../../platform/database/types.ts';

/** What the routes of the management API stand on. */
export interface ManagementTools {
  readonly database: Database;
  readonly makeChange: MakeChange;
  readonly recordChange: RecordChange;
  readonly clock: () => Date;
}

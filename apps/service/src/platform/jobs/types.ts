import type { Queryable } from '../database/types.ts';

/** The jobs of the house and what each is told. A job may run twice and must then do the same. */
export interface JobPayloads {
  /** Moves an accepted upload into the usage tables. */
  'usage-load': { uploadId: string };
  /** Derives the usage of a meter's month again from the archive, and tells what differed. */
  'usage-rebuild': { rebuildId: string; meterId: string; month: string };
  /** Renews the provisional reports of a meter's month. */
  'reports-renew': { meterId: string; month: string };
  /** Finishes a registration that was answered with 202. */
  'registration-finish': { meterId: string };
  /** Writes a consistent copy of records and archive into the backup directory. */
  'backup-make': { backupId: string };
  /** Removes what is past its time: superseded reports, used assertions, stale staging. */
  housekeeping: Record<string, never>;
}
export type JobName = keyof JobPayloads;

export interface JobOptions {
  /** Jobs of one queue run one after another, in all processes: the lock that loads and reports of a (meter, month) share. */
  queue?: string;
  /** A job with this key that has not started is replaced rather than doubled. */
  key?: string;
  runAt?: Date;
}

export interface Jobs {
  /** Adds a job in the caller's transaction: it exists when the transaction commits and never otherwise. */
  add<Name extends JobName>(
    on: Queryable,
    name: Name,
    payload: JobPayloads[Name],
    options?: JobOptions,
  ): Promise<void>;
}
export type JobHandlers = { [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void> };

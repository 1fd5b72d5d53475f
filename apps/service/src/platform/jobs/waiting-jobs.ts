import type { Queryable } from '../database/types.ts';
import type { JobName } from './types.ts';

export interface WaitingJob {
  name: JobName;
  /** When it was due; for one that failed before, when it was added. */
  since: Date;
  attempts: number;
  lastError?: string;
}

const columns = `task_identifier as name, case when attempts = 0 then run_at else created_at end as since, attempts,
  last_error as "lastError"`;

/** The job that is due for longest and not done, be it waiting, failing or running; undefined when all is done. */
export async function oldestWaiting(on: Queryable): Promise<WaitingJob | undefined> {
  const [oldest] = await on.query<Row>(
    `select ${columns} from graphile_worker.jobs where run_at <= now() or attempts > 0 order by since limit 1`,
  );
  return oldest && toWaitingJob(oldest);
}

/** Jobs whose last attempt failed and that will be tried again, the oldest first, 100 at most. */
export async function failingJobs(on: Queryable): Promise<WaitingJob[]> {
  const rows = await on.query<Row>(
    `select ${columns} from graphile_worker.jobs where last_error is not null order by since limit 100`,
  );
  return rows.map(toWaitingJob);
}

type Row = Omit<WaitingJob, 'lastError'> & { lastError: string | null };

function toWaitingJob({ lastError, ...job }: Row): WaitingJob {
  return lastError === null ? job : { ...job, lastError };
}

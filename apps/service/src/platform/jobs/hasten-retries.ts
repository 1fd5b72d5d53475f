import type { ClientBase } from 'pg';

/**
 * The library waits e^attempts seconds before it tries again, up to six hours. After an outage everything should be in within
 * minutes, so no retry is further away than five. The count of attempts is set back before its column (16 bits) is full.
 */
export async function hastenRetries(client: ClientBase): Promise<void> {
  await client.query(
    `select graphile_worker.reschedule_jobs(
       array(select id from graphile_worker.jobs
             where last_error is not null and locked_at is null and run_at > now() + interval '5 minutes'),
       run_at := now() + interval '5 minutes')`,
  );
  await client.query(
    `select graphile_worker.reschedule_jobs(
       array(select id from graphile_worker.jobs where attempts > 30000 and locked_at is null), attempts := 1000)`,
  );
}

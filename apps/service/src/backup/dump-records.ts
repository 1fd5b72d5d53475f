import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyAuditLog } from '../platform/audit/index.ts';
import type { Snapshot } from '../platform/database/index.ts';
import { lineOf } from './lines.ts';
import { type BackupTable, JOBS, type ManifestContent, recordsFile, type WaitingJob } from './manifest.ts';
import { columnList, recordsTables } from './tables.ts';
import { writePacked } from './write-packed.ts';

export type DumpedRecords = Pick<
  ManifestContent,
  'service' | 'postgres' | 'migrations' | 'audit' | 'tables' | 'sequences' | 'jobs'
>;

/** Writes every table and the waiting jobs, as the snapshot has them, into `folder`. */
export async function dumpRecords(
  snapshot: Snapshot,
  folder: string,
  beforeEach: () => Promise<void>,
): Promise<DumpedRecords> {
  const [about] = await snapshot.query<{ service: string; postgres: string }>(
    "select (select id from service_identity) as service, current_setting('server_version') as postgres",
  );
  const verdict = await verifyAuditLog(snapshot);
  await mkdir(join(folder, 'records'), { mode: 0o700 });
  const tables: BackupTable[] = [];
  for (const { name, columns } of await recordsTables(snapshot)) {
    await beforeEach();
    const rows = snapshot.copyOut(`copy "${name}" (${columnList(columns)}) to stdout`);
    const measured = await writePacked(join(folder, recordsFile(name)), rows);
    tables.push({ name, columns: [...columns], rows: rows.rowCount ?? 0, ...measured });
  }
  return {
    ...about!,
    migrations: await snapshot.query('select number, name, sha256 from schema_migrations order by number'),
    audit: { entries: verdict.entries, head: verdict.intact ? verdict.head : null },
    tables,
    sequences: await sequences(snapshot),
    jobs: await dumpJobs(snapshot, join(folder, JOBS)),
  };
}

/** Read after the rows: a sequence is of no snapshot, so it is never behind them. */
async function sequences(snapshot: Snapshot): Promise<ManifestContent['sequences']> {
  const names = await snapshot.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'
     order by relname collate "C"`,
  );
  const values: ManifestContent['sequences'] = [];
  for (const { name } of names) {
    const [row] = await snapshot.query<{ value: string; called: boolean }>(
      `select last_value as value, is_called as called from "${name}"`,
    );
    values.push({ name, ...row! });
  }
  return values;
}

/**
 * What waits to be done. Loads are left out: a restore asks for all of them anew, since the engine begins empty. The house's own
 * jobs are left out: each start asks for them.
 */
async function dumpJobs(snapshot: Snapshot, path: string): Promise<ManifestContent['jobs']> {
  const jobs = await snapshot.query<Omit<WaitingJob, 'runAt'> & { runAt: Date }>(
    `select t.identifier as name, j.payload, q.queue_name as queue, j.key, j.run_at as "runAt"
     from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id
     left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
     where t.identifier <> all(array['usage-load', 'backup-make', 'housekeeping'])
     order by j.run_at, j.id`,
  );
  async function* lines() {
    for (const job of jobs) yield lineOf({ ...job, runAt: job.runAt.toISOString() });
  }
  return { lines: jobs.length, ...(await writePacked(path, lines())) };
}

/**
 * A backup goes through these states:
 *
 *   running    asked for; its job writes into `.<folder>.partial` of the backup directory. A kill -9 leaves that folder; the
 *              job is run again by the next start, begins by removing it, and makes the backup of that later moment.
 *   complete   every file was written and synced, then the folder got its name, then this was recorded. A crash between the
 *              name and the record leaves a whole backup, which the repeated job finds and records.
 *   failed     it could not be made, such as for want of room; nothing of it is left. It is not tried again: whoever asks
 *              next, a person or a timer, asks for a new one.
 *   removed    it was complete, and went when `--backup-keep` newer ones were complete.
 */
import type { Backup } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';

interface Row {
  id: string;
  state: Backup['state'];
  asked_by: string;
  created_at: Date;
  finished_at: Date | null;
  folder: string | null;
  rows: string | null;
  archive_files: string | null;
  bytes: string | null;
  failure: string | null;
}

const toBackup = (row: Row): Backup => ({
  id: row.id,
  state: row.state,
  askedBy: row.asked_by,
  createdAt: row.created_at.toISOString(),
  ...(row.finished_at && { finishedAt: row.finished_at.toISOString() }),
  ...(row.folder !== null && { folder: row.folder }),
  ...(row.rows !== null && { rows: Number(row.rows) }),
  ...(row.archive_files !== null && { archiveFiles: Number(row.archive_files) }),
  ...(row.bytes !== null && { bytes: Number(row.bytes) }),
  ...(row.failure !== null && { failure: row.failure }),
});

export async function insertBackup(on: Queryable, askedBy: string, at: Date): Promise<Backup> {
  const [row] = await on.query<Row>(
    'insert into backups (asked_by, created_at) values ($1, $2) returning *',
    [askedBy, at],
  );
  return toBackup(row!);
}

export async function findBackup(on: Queryable, id: string): Promise<Backup | undefined> {
  const [row] = await on.query<Row>('select * from backups where id = $1', [id]);
  return row && toBackup(row);
}

/** The newest first, 200 at most. */
export async function listBackups(on: Queryable): Promise<Backup[]> {
  const rows = await on.query<Row>('select * from backups order by created_at desc, id limit 200');
  return rows.map(toBackup);
}

export interface CompleteBackup {
  readonly folder: string;
  readonly rows: number;
  readonly archiveFiles: number;
  readonly bytes: number;
}

export async function recordComplete(
  on: Queryable,
  id: string,
  made: CompleteBackup,
  at: Date,
): Promise<void> {
  await on.query(
    `update backups set state = 'complete', finished_at = $2, folder = $3, rows = $4, archive_files = $5, bytes = $6
     where id = $1 and state = 'running'`,
    [id, at, made.folder, made.rows, made.archiveFiles, made.bytes],
  );
}

export async function recordFailed(on: Queryable, id: string, failure: string, at: Date): Promise<void> {
  await on.query(
    "update backups set state = 'failed', finished_at = $2, failure = $3 where id = $1 and state = 'running'",
    [id, at, failure],
  );
}

/** The complete ones beyond the newest `keep`. */
export async function supernumerary(on: Queryable, keep: number): Promise<{ id: string; folder: string }[]> {
  return on.query(
    "select id, folder from backups where state = 'complete' order by created_at desc, id offset $1",
    [keep],
  );
}

export async function recordRemoved(on: Queryable, id: string): Promise<void> {
  await on.query("update backups set state = 'removed' where id = $1 and state = 'complete'", [id]);
}

/** When the newest whole backup was begun: what it holds is that old. */
export async function newestBackup(on: Queryable): Promise<Date | undefined> {
  const [row] = await on.query<{ at: Date | null }>(
    "select max(created_at) as at from backups where state = 'complete'",
  );
  return row?.at ?? undefined;
}

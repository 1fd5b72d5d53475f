import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory, writeDurably } from '../platform/archive/index.ts';
import type { Queryable } from '../platform/database/index.ts';
import { RESTORE_MARKER } from './tables.ts';

/**
 * A restore marks the data directory and the database before it writes anything else, and takes the marks away last. Under a
 * mark no service starts; the same restore run again goes on.
 */
export interface UnfinishedRestore {
  /** Id of the backup. */
  readonly backup: string;
  /** Whether the records were committed: then only the marks are left to be removed. */
  readonly step: 'loading' | 'loaded';
}

const markOf = (data: string) => join(data, 'restore-unfinished.json');

export function findUnfinished(data: string): UnfinishedRestore | undefined {
  const mark = markOf(data);
  return existsSync(mark) ? (JSON.parse(readFileSync(mark, 'utf8')) as UnfinishedRestore) : undefined;
}

export async function markUnfinished(data: string, unfinished: UnfinishedRestore): Promise<void> {
  await writeDurably(markOf(data), `${JSON.stringify(unfinished)}\n`);
}

export async function markFinished(data: string): Promise<void> {
  rmSync(markOf(data));
  await syncDirectory(data);
}

/** @throws when a restore into this directory was ended before it was done */
export function refuseUnfinishedRestore(data: string): void {
  const unfinished = findUnfinished(data);
  if (unfinished === undefined) return;
  throw new Error(
    `A restore of the backup ${unfinished.backup} into ${data} was not finished. Run the same "meterhouse restore" again: it goes on.`,
  );
}

/** @throws when a restore into this database was ended before it was done */
export async function refuseHalfRestored(database: Queryable): Promise<void> {
  const [row] = await database.query<{ marked: boolean }>(
    `select to_regclass('public.${RESTORE_MARKER}') is not null as marked`,
  );
  if (row?.marked)
    throw new Error(
      'A restore into this database was not finished. Run the same "meterhouse restore" again: it goes on.',
    );
}

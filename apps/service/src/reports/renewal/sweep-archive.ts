import type { Archive } from '../../platform/archive/types.ts';
import type { Queryable } from '../../platform/database/types.ts';
import { reportKeyOf } from '../renditions/rendition-key.ts';

/**
 * Removes what a renewal that died between archive and record left in a month's folder. Only in the queue of that month: a
 * file that waits for its record looks the same. What lies beside a recorded report under its name is its renditions, made at any
 * time; they go with it.
 */
export async function sweepArchive(on: Queryable, archive: Archive, folder: string): Promise<void> {
  const keys = await Array.fromAsync(archive.list(folder));
  const recorded = await on.query<{ archive_key: string }>(
    'select archive_key from reports where archive_key = any($1) and removed_at is null',
    [keys.map(reportKeyOf)],
  );
  const known = new Set(recorded.map((row) => row.archive_key));
  for (const key of keys) if (!known.has(reportKeyOf(key))) await archive.remove(key);
}

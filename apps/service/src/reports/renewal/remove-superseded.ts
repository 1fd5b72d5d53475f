import { SUPERSEDED_DAYS } from '@meterhouse/contract';
import type { Archive } from '../../platform/archive/types.ts';
import type { Database } from '../../platform/database/types.ts';
import { renditionKeys } from '../renditions/rendition-key.ts';

/** In one go; housekeeping comes again. */
const BATCH = 1000;

/**
 * Takes the bytes of provisional reports that were superseded long ago out of the archive, with all their renditions, and gives how
 * many. The files go first: a crash in between leaves a ref that is 410 already, and the next run finds nothing to remove and notes it.
 */
export async function removeSuperseded(database: Database, archive: Archive, now: Date): Promise<number> {
  const rows = await database.query<{ ref: string; archive_key: string }>(
    `select ref, archive_key from reports
      where superseded_at < $1::timestamptz - make_interval(days => $2) and revision is null and removed_at is null
      order by superseded_at limit ${BATCH}`,
    [now, SUPERSEDED_DAYS],
  );
  for (const { ref, archive_key } of rows) {
    for (const key of [archive_key, ...renditionKeys(archive_key)]) await archive.remove(key);
    await database.query(
      `with gone as (delete from report_renditions where ref = $1)
       update reports set removed_at = $2 where ref = $1`,
      [ref, now],
    );
  }
  return rows.length;
}

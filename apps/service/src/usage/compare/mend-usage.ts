import type { Database } from '../../platform/database/index.ts';
import type { Engine } from '../../platform/engine/index.ts';
import type { Logger } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { KIND_NAMES, NO_RECORDS, type RecordCounts } from '../kinds.ts';
import { loadAgain } from '../load/load-again.ts';
import { removeRows } from '../move/rows-of-upload.ts';
import { countRowsByUpload } from './count-rows-by-upload.ts';

export interface MendTools {
  readonly database: Database;
  readonly engine: Engine;
  readonly jobs: Jobs;
  readonly logger: Logger;
}

/** What the engine has of an upload and what the records say it owns. */
export interface UsageDifference {
  readonly tag: string;
  readonly uploadId: string | undefined;
  readonly month: string;
  readonly recorded: RecordCounts;
  readonly found: RecordCounts;
}

interface OwnedRow {
  id: string;
  tag: string;
  meterId: string;
  month: string;
  vm: number;
  host: number;
  cluster: number;
}

/**
 * Compares the rows of every loaded upload with the records and mends what differs: the upload counts as not loaded again,
 * and its load removes and moves until the engine has what it owns (from the archive, where the stage is gone). Rows of an
 * upload that nobody recorded are removed. Run in the background after each start; every difference is told in the log.
 */
export async function mendUsage(tools: MendTools): Promise<readonly UsageDifference[]> {
  const { database, engine, jobs, logger } = tools;
  // The highest number first: an upload that is accepted while we count is not taken for one that nobody recorded.
  const [highest] = await database.query<{ tag: string }>(
    'select coalesce(max(row_tag), 0) as tag from uploads',
  );
  const found = new Map((await countRowsByUpload(engine)).map((rows) => [rows.tag, rows]));
  const owned = await database.query<OwnedRow>(
    `select u.id, u.row_tag as tag, u.meter_id as "meterId", to_char(u.month, 'YYYY-MM') as month,
       coalesce(sum(s.vm_records), 0)::int as vm, coalesce(sum(s.host_records), 0)::int as host,
       coalesce(sum(s.cluster_records), 0)::int as cluster
     from uploads u left join slices s on s.upload_id = u.id
     where u.state = 'loaded'
     group by u.id order by u.receipt_order`,
  );
  const waiting = await database.query<{ tag: string }>(
    "select row_tag as tag from uploads where state = 'accepted'",
  );
  const known = new Set([...owned, ...waiting].map(({ tag }) => tag));
  const differences: UsageDifference[] = [];
  const again: OwnedRow[] = [];
  for (const upload of owned) {
    const recorded = { vm: upload.vm, host: upload.host, cluster: upload.cluster };
    const there = found.get(upload.tag)?.records ?? NO_RECORDS;
    if (KIND_NAMES.every((kind) => recorded[kind] === there[kind])) continue;
    // A slice that a later upload has taken may still be on its way out: that load mends it.
    const replacing = await database.query(
      "select 1 from uploads where meter_id = $1 and month = $2 and state = 'accepted' limit 1",
      [upload.meterId, `${upload.month}-01`],
    );
    if (replacing.length > 0) continue;
    differences.push({ tag: upload.tag, uploadId: upload.id, month: upload.month, recorded, found: there });
    again.push(upload);
  }
  if (again.length > 0) await database.transaction((transaction) => loadAgain(transaction, jobs, again));
  for (const rows of found.values()) {
    if (known.has(rows.tag) || BigInt(rows.tag) > BigInt(highest?.tag ?? '0')) continue;
    differences.push({
      tag: rows.tag,
      uploadId: undefined,
      month: rows.month,
      recorded: NO_RECORDS,
      found: rows.records,
    });
    for (const kind of KIND_NAMES)
      await removeRows(engine, kind, { meterId: rows.meterId, month: rows.month, tag: rows.tag });
  }
  for (const difference of differences)
    logger.warn(difference, 'usage differed from the records and is being mended');
  return differences;
}

import type { PartKind } from '@meterhouse/contract';
import type { Engine } from '../../platform/engine/index.ts';
import { KIND_NAMES, KINDS, NO_RECORDS, type RecordCounts } from '../kinds.ts';

/** The rows that the engine has of one upload: `product hour` (Unix seconds) to the number of each kind. */
export async function rowsOfUpload(
  engine: Engine,
  on: { meterId: string; tag: string; month: string },
): Promise<Map<string, RecordCounts>> {
  const slices = new Map<string, RecordCounts>();
  for (const kind of KIND_NAMES) {
    const rows = await engine.loads.rows<{ slice: string; n: number }>(
      `SELECT concat(toString(product), ' ', toString(toUnixTimestamp(hour))) AS slice, toUInt32(count()) AS n
       FROM ${KINDS[kind].table}
       WHERE meter = {meter:UInt64} AND upload = {upload:UInt64} AND toYYYYMM(hour) = {month:UInt32}
       GROUP BY slice
       SETTINGS max_threads = 2`,
      { meter: on.meterId, upload: on.tag, month: engineMonth(on.month) },
    );
    for (const { slice, n } of rows) slices.set(slice, { ...(slices.get(slice) ?? NO_RECORDS), [kind]: n });
  }
  return slices;
}

/** `2023-01` or `2023-01-01` as the number that toYYYYMM gives: the partition's name. */
export function engineMonth(month: string): number {
  return Number(month.slice(0, 4)) * 100 + Number(month.slice(5, 7));
}

export async function removeRows(
  engine: Engine,
  kind: PartKind,
  where: { meterId: string; month: string; tag?: string; otherThan?: string; slices?: readonly string[] },
): Promise<void> {
  const conditions = ['meter = {meter:UInt64}', 'toYYYYMM(hour) = {month:UInt32}'];
  if (where.tag !== undefined) conditions.push('upload = {tag:UInt64}');
  if (where.otherThan !== undefined) conditions.push('upload != {otherThan:UInt64}');
  if (where.slices !== undefined)
    conditions.push(
      "has({slices:Array(String)}, concat(toString(product), ' ', toString(toUnixTimestamp(hour))))",
    );
  const values = {
    meter: where.meterId,
    month: engineMonth(where.month),
    tag: where.tag ?? '0',
    otherThan: where.otherThan ?? '0',
    slices: where.slices ?? [],
  };
  const condition = conditions.join(' AND ');
  const { table } = KINDS[kind];
  const [found] = await engine.loads.rows<{ n: number }>(
    `SELECT count() > 0 AS n FROM (SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1)`,
    values,
  );
  if (!found?.n) return;
  await engine.loads.command(
    `DELETE FROM ${table} WHERE ${condition} SETTINGS lightweight_deletes_sync = 2, mutations_sync = 2`,
    values,
  );
}

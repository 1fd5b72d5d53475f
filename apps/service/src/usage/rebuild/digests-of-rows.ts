import type { Engine } from '../../platform/engine/index.ts';
import { KIND_NAMES, KINDS, type Kind } from '../kinds.ts';
import { engineMonth } from '../move/rows-of-upload.ts';

const MODULUS = 1n << 128n;

/**
 * The content digests of an upload's rows as they lie in the usage tables, by `product hour` (Unix seconds): computed from
 * the columns, not from what was noted when they were loaded.
 */
export async function digestsOfRows(
  engine: Engine,
  on: { meterId: string; tag: string; month: string },
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, bigint>();
  for (const name of KIND_NAMES) {
    const kind = KINDS[name];
    const rows = await engine.loads.rows<{ slice: string; digest: string }>(
      `SELECT concat(toString(product), ' ', toString(toUnixTimestamp(hour))) AS slice,
         toString(sumWithOverflow(reinterpretAsUInt128(substring(SHA256(${recordText(kind)}), 1, 16)))) AS digest
       FROM ${kind.table}
       WHERE meter = {meter:UInt64} AND upload = {upload:UInt64} AND toYYYYMM(hour) = {month:UInt32}
       GROUP BY slice`,
      { meter: on.meterId, upload: on.tag, month: engineMonth(on.month) },
    );
    for (const { slice, digest } of rows)
      sums.set(slice, ((sums.get(slice) ?? 0n) + BigInt(digest)) % MODULUS);
  }
  return new Map([...sums].map(([slice, sum]) => [slice, sum.toString(16).padStart(32, '0')]));
}

/** The text that a record's digest is taken of, as `packages/metering/src/package/digest.ts` tells it. */
function recordText(kind: Kind): string {
  const values = kind.fields.map(({ name, type }) => {
    if (type === 'DateTime') return `formatDateTime(${name}, '%Y-%m-%dT%H:%i:%SZ')`;
    return type === 'Codes' ? `arrayStringConcat(${name}, ',')` : `toString(${name})`;
  });
  return `concat('${kind.kind}', ${values.map((value) => `'\\t', ${value}`).join(', ')})`;
}

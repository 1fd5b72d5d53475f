import type { PartKind } from '@meterhouse/contract';
import type { Engine } from '../../platform/engine/index.ts';
import { KIND_NAMES, KINDS, NO_RECORDS, type RecordCounts } from '../kinds.ts';
import { DIGEST_OF_LINES, faultyRow, plainLine, READING, strictLines } from './expressions.ts';

/** One part of a package, cut out into a file of its own. */
export interface StagedPart {
  readonly kind: PartKind;
  /** A gzip file that the engine can read. */
  readonly path: string;
  /** Lines that the header announces. */
  readonly records: number;
  /** What the gzip member says it unpacks to, modulo 2^32. */
  readonly unpackedBytes: number;
}

/** What a slice holds, by the records that were staged for it. */
export interface SliceContent {
  readonly product: string;
  /** Unix seconds. */
  readonly hour: number;
  readonly records: RecordCounts;
  /** Content digest, 64 hexadecimal digits. */
  readonly digest: string;
}

export interface StageRequest {
  /** uploads.row_tag: names the tables and stands in each row. */
  readonly tag: string;
  /** meters.id */
  readonly meterId: string;
  readonly month: string;
  readonly parts: readonly StagedPart[];
  /** `product hour` of every slice that may hold records, hours as Unix seconds. */
  readonly open: ReadonlySet<string>;
}

/** `unsure`: something is wrong, or the engine could not look (`memory`); the plain reader must say what. */
export type StageVerdict =
  | { readonly verdict: 'plain'; readonly slices: readonly SliceContent[] }
  | { readonly verdict: 'unsure'; readonly why: string; readonly memory: boolean };

const DIGESTS = 1n << 256n;
/** Two threads parse; more would take the memory of the load beside. */
const THREADS = 'max_threads = 2, max_insert_threads = 2';

/** The names of an upload's stage. */
export function stageTable(tag: string, kind: PartKind): string {
  if (!/^[0-9]{1,19}$/.test(tag)) throw new RangeError(`${tag} is no upload's number`);
  return `stage_${tag}_${kind}`;
}

/**
 * Loads the parts of a package into tables of their own and checks them: every line strictly, every value, every span, the
 * slices against the header, the number of records and of bytes. Nothing outside the stage changes.
 *
 * @throws problem `engine-busy`, or the engine's own error where it failed for another reason than the lines
 */
export async function stagePackage(engine: Engine, request: StageRequest): Promise<StageVerdict> {
  await dropStage(engine, request.tag);
  const contents = await Promise.all(request.parts.map((part) => stagePart(engine, request, part)));
  const slices = new Map<string, SliceContent>();
  for (const [index, content] of contents.entries()) {
    if ('why' in content) return { verdict: 'unsure', ...content };
    const { kind } = request.parts[index]!;
    for (const row of content) addSlice(slices, kind, row);
  }
  for (const key of slices.keys())
    if (!request.open.has(key))
      return { verdict: 'unsure', why: `records for the slice ${key}, which is not listed`, memory: false };
  return { verdict: 'plain', slices: [...slices.values()] };
}

/** Removes an upload's stage; without one it does nothing. */
export async function dropStage(engine: Engine, tag: string): Promise<void> {
  for (const kind of KIND_NAMES)
    await engine.loads.command(`DROP TABLE IF EXISTS ${stageTable(tag, kind)} SYNC`);
}

interface Unsure {
  readonly why: string;
  readonly memory: boolean;
}

interface SliceRow {
  id: string;
  start: number;
  records: string;
  bytes: string;
  faulty: string;
  digest: string;
}

/** The slices of one part, or why it is not plainly good. */
async function stagePart(
  engine: Engine,
  request: StageRequest,
  part: StagedPart,
): Promise<SliceRow[] | Unsure> {
  const kind = KINDS[part.kind];
  const table = stageTable(request.tag, part.kind);
  const columns = kind.fields.map(({ name }) => name).join(', ');
  await engine.loads.command(`CREATE TABLE ${table} AS ${kind.table}`);
  try {
    await engine.loads.command(
      `INSERT INTO ${table} (meter, upload, ${columns})
       SELECT {meter:UInt64}, {upload:UInt64}, * FROM (${strictLines(kind)})
       SETTINGS ${READING}, ${THREADS}`,
      { meter: request.meterId, upload: request.tag, file: part.path, records: part.records },
    );
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? String(error.type) : '';
    const memory = type === 'MEMORY_LIMIT_EXCEEDED';
    if (memory || OF_THE_LINES.has(type)) return { why: `${part.kind}: ${type}`, memory };
    throw error;
  }
  const rows = await engine.loads.rows<SliceRow>(
    `SELECT toString(product) AS id, toUnixTimestamp(hour) AS start, toString(count()) AS records,
       toString(sum(length(text) + 1)) AS bytes, toString(countIf(${faultyRow(kind)})) AS faulty,
       toString(${DIGEST_OF_LINES}) AS digest
     FROM (SELECT *, ${plainLine(kind, true)} AS text FROM ${table})
     GROUP BY product, hour
     SETTINGS ${THREADS}`,
    { month: Number(request.month.slice(0, 4) + request.month.slice(5, 7)) },
  );
  const records = rows.reduce((sum, row) => sum + Number(row.records), 0);
  const bytes = rows.reduce((sum, row) => sum + BigInt(row.bytes), 0n);
  const unsure = (why: string) => ({ why: `${part.kind}: ${why}`, memory: false });
  if (records !== part.records) return unsure(`${part.records} records announced, ${records} there`);
  if (Number(bytes & 0xffff_ffffn) !== part.unpackedBytes) return unsure('bytes that no line accounts for');
  const faulty = rows.find((row) => row.faulty !== '0');
  if (faulty) return unsure('a value that the contract refuses');
  const [overlap] = await engine.loads.rows<{ n: string }>(overlaps(table, kind.thing));
  if (overlap?.n !== '0') return unsure('overlapping spans');
  return rows;
}

/** Spans of one thing that begin before the one ahead of them has ended. The table is in this order already. */
function overlaps(table: string, thing: string): string {
  return `SELECT toString(countIf(product = earlierProduct AND thing = earlierThing AND started < earlierEnd)) AS n
    FROM (
      SELECT product, ${thing} AS thing, started,
        lagInFrame(product) OVER earlier AS earlierProduct,
        lagInFrame(${thing}) OVER earlier AS earlierThing,
        lagInFrame(ended) OVER earlier AS earlierEnd
      FROM ${table}
      WINDOW earlier AS (ORDER BY meter, product, ${thing}, started ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    SETTINGS ${THREADS}`;
}

function addSlice(slices: Map<string, SliceContent>, kind: PartKind, row: SliceRow): void {
  const key = `${row.id} ${row.start}`;
  const before = slices.get(key);
  const digest = ((before ? BigInt(`0x${before.digest}`) : 0n) + BigInt(row.digest)) % DIGESTS;
  slices.set(key, {
    product: row.id,
    hour: row.start,
    records: { ...(before?.records ?? NO_RECORDS), [kind]: Number(row.records) },
    digest: digest.toString(16).padStart(64, '0'),
  });
}

/**
 * The engine's errors that speak of what it read: a line that is not plain, broken gzip, too much of it. Any other (no disk,
 * no memory, a fault of ours) must not be blamed on the meter.
 */
const OF_THE_LINES = new Set([
  'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO',
  'ZLIB_INFLATE_FAILED',
  'INCORRECT_DATA',
  'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  'UNEXPECTED_END_OF_FILE',
  'ATTEMPT_TO_READ_AFTER_EOF',
  'CANNOT_READ_ALL_DATA',
  'TOO_LARGE_STRING_SIZE',
  'TOO_MANY_ROWS_OR_BYTES',
]);

/** `product hour` of the slices of a header that may hold records. */
export function openSlices(
  products: readonly { id: string; hours: readonly { hour: string; status: string }[] }[],
  instantOf: (hour: string) => number,
): ReadonlySet<string> {
  return new Set(
    products.flatMap(({ id, hours }) =>
      hours.filter(({ status }) => status !== 'unreachable').map(({ hour }) => `${id} ${instantOf(hour)}`),
    ),
  );
}

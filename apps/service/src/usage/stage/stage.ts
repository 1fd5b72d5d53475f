import type { PartKind } from '@meterhouse/contract';
import type { Engine } from '../../platform/engine/index.ts';
import { KINDS, NO_RECORDS, type RecordCounts } from '../kinds.ts';
import { beginsWithText } from './begins-with-text.ts';
import { typedRecords } from './expressions.ts';
import { recordFormat } from './record-format.ts';

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
  /** Content digest, 32 hexadecimal digits. */
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
  | {
      readonly verdict: 'plain';
      readonly slices: readonly SliceContent[];
      /** What the parts unpack to, together. */
      readonly bytes: bigint;
    }
  | { readonly verdict: 'unsure'; readonly why: string; readonly memory: boolean };

const DIGESTS = 1n << 128n;
/**
 * One thread reads while another checks. Rows are written a quarter of a million at a time, while the next ones are read;
 * less would leave many parts to merge.
 */
const PACE = `max_threads = 2, max_insert_threads = 1, parallel_view_processing = 1,
  min_insert_block_size_rows = 262144, min_insert_block_size_rows_for_materialized_views = 262144,
  min_insert_block_size_bytes = 67108864, min_insert_block_size_bytes_for_materialized_views = 67108864`;
/**
 * A record of three gigabytes ends at the memory, a file of a hundred gigabytes of good lines at the time. The memory bounds
 * what is good, too: 20,000 records with every text as long as it may be and unlike the others fit, 100,000 do not.
 */
const BOUNDS = 'max_memory_usage = 1000000000, max_execution_time = 300';

/** The names of an upload's stage. */
export function stageTable(tag: string, kind: PartKind): string {
  if (!/^[0-9]{1,19}$/.test(tag)) throw new RangeError(`${tag} is no upload's number`);
  return `stage_${tag}_${kind}`;
}

/**
 * Loads the parts of a package into tables of their own and checks them: every line, every value, every span, the slices
 * against the header, the number of records and of bytes. Nothing outside the stage changes.
 *
 * A part is read once. Its records go into a table that keeps nothing, from where one view writes the rows into the stage and
 * another sums up each slice. All of it goes with the stage.
 *
 * @throws problem `engine-busy`, or the engine's own error where it failed for another reason than the lines
 */
export async function stagePackage(engine: Engine, request: StageRequest): Promise<StageVerdict> {
  await dropStage(engine, request.tag);
  const contents = await Promise.all(request.parts.map((part) => stagePart(engine, request, part)));
  const slices = new Map<string, SliceContent>();
  let bytes = 0n;
  for (const [index, content] of contents.entries()) {
    if ('why' in content) return { verdict: 'unsure', ...content };
    const { kind } = request.parts[index]!;
    for (const row of content) addSlice(slices, kind, row);
    bytes += sumOf(content, 'bytes');
  }
  for (const key of slices.keys())
    if (!request.open.has(key))
      return { verdict: 'unsure', why: `records for the slice ${key}, which is not listed`, memory: false };
  return { verdict: 'plain', slices: [...slices.values()], bytes };
}

/** Removes an upload's stage; without one it does nothing. */
export async function dropStage(engine: Engine, tag: string): Promise<void> {
  const prefix = stageTable(tag, 'vm').slice(0, -'vm'.length);
  const tables = await engine.loads.rows<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String})',
    { prefix },
  );
  await dropTables(
    engine,
    tables.map(({ name }) => name),
  );
}

/** Views before what they read from, else an insert between the two would find half of them. */
export async function dropTables(engine: Engine, names: readonly string[]): Promise<void> {
  const views = names.filter((name) => VIEW.test(name));
  for (const name of new Set([...views, ...names]))
    await engine.loads.command(`DROP TABLE IF EXISTS ${name} SYNC`);
}

const VIEW = /_(rows|slices)$/;

interface Unsure {
  readonly why: string;
  readonly memory: boolean;
}

interface SliceRow {
  id: string;
  start: number;
  records: string;
  bytes: string;
  digest: string;
}

const sumOf = (rows: readonly SliceRow[], what: 'records' | 'bytes') =>
  rows.reduce((sum, row) => sum + BigInt(row[what]), 0n);

/** The slices of one part, or why it is not plainly good. */
async function stagePart(
  engine: Engine,
  request: StageRequest,
  part: StagedPart,
): Promise<SliceRow[] | Unsure> {
  const unsure = (why: string, memory = false) => ({ why: `${part.kind}: ${why}`, memory });
  if (!(await beginsWithText(part.path))) return unsure('its first gzip member is empty or has a name');
  let found: Found;
  try {
    found = await loadPart(engine, request, part);
  } catch (error) {
    const type = typeOf(error);
    const bounded = OF_THE_BOUNDS.has(type);
    if (bounded || OF_THE_LINES.test(type)) return unsure(type, bounded);
    throw error;
  }
  const records = sumOf(found.slices, 'records');
  if (records !== BigInt(part.records)) return unsure(`${part.records} records announced, ${records} there`);
  if (Number(sumOf(found.slices, 'bytes') & 0xffff_ffffn) !== part.unpackedBytes)
    return unsure('bytes that no line accounts for');
  return found.overlaps === '0' ? found.slices : unsure('overlapping spans');
}

interface Found {
  readonly slices: SliceRow[];
  /** How many spans begin before the one ahead has ended. */
  readonly overlaps: string | undefined;
}

/** Reads the lines of a part into its stage, and tells what is there then. */
async function loadPart(engine: Engine, request: StageRequest, part: StagedPart): Promise<Found> {
  const kind = KINDS[part.kind];
  const table = stageTable(request.tag, part.kind);
  const columns = ['meter', 'upload', ...kind.fields.map(({ name }) => name)].join(', ');
  const { loads } = engine;
  await loads.command(`CREATE TABLE ${table} AS ${kind.table}`);
  await loads.command(
    `CREATE TABLE ${table}_read ENGINE = Null AS
     SELECT *, toUInt128(0) AS digest, toUInt32(0) AS bytes FROM ${table}`,
  );
  await loads.command(
    `CREATE MATERIALIZED VIEW ${table}_rows TO ${table} AS SELECT ${columns} FROM ${table}_read`,
  );
  await loads.command(
    `CREATE MATERIALIZED VIEW ${table}_slices ENGINE = Memory AS
     SELECT product, hour, count() AS records, sum(bytes) AS bytes, sumWithOverflow(digest) AS digest
     FROM ${table}_read GROUP BY product, hour`,
  );
  await loads.command(
    `INSERT INTO ${table}_read (${columns}, digest, bytes)
     SELECT {meter:UInt64}, {upload:UInt64}, * FROM (${typedRecords(kind)})
     SETTINGS ${recordFormat(engine, kind)}, ${PACE}, ${BOUNDS}`,
    {
      meter: request.meterId,
      upload: request.tag,
      month: Number(request.month.slice(0, 4) + request.month.slice(5, 7)),
      file: part.path,
      records: part.records,
    },
  );
  const [slices, [overlap]] = await Promise.all([
    loads.rows<SliceRow>(
      `SELECT toString(product) AS id, toUnixTimestamp(hour) AS start, toString(sum(records)) AS records,
         toString(sum(bytes)) AS bytes, toString(sumWithOverflow(digest)) AS digest
       FROM ${table}_slices GROUP BY product, hour`,
    ),
    loads.rows<{ n: string }>(overlaps(table, kind.thing)),
  ]);
  return { slices, overlaps: overlap?.n };
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
    SETTINGS max_threads = 2`;
}

function addSlice(slices: Map<string, SliceContent>, kind: PartKind, row: SliceRow): void {
  const key = `${row.id} ${row.start}`;
  const before = slices.get(key);
  const digest = ((before ? BigInt(`0x${before.digest}`) : 0n) + BigInt(row.digest)) % DIGESTS;
  slices.set(key, {
    product: row.id,
    hour: row.start,
    records: { ...(before?.records ?? NO_RECORDS), [kind]: Number(row.records) },
    digest: digest.toString(16).padStart(32, '0'),
  });
}

/**
 * The engine's errors that speak of what it read: a line that does not fit, broken gzip. Any other (no disk, a fault of ours)
 * must not be blamed on the meter.
 */
const OF_THE_LINES =
  /^(FUNCTION_THROW_IF_VALUE_IS_NON_ZERO|ZLIB_INFLATE_FAILED|INCORRECT_DATA|UNEXPECTED_END_OF_FILE|ATTEMPT_TO_READ_AFTER_EOF|CANNOT_(PARSE|READ)_[A-Z_]+|TOO_LARGE_(STRING|ARRAY)_SIZE)$/;
/**
 * The engine's name for an error. Its text ends with the name, and at a NUL: where it repeats one that a line has, the name is
 * lost, and only a line can have brought it.
 */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('type' in error) return String(error.type);
  return /^Code: \d+\. DB::Exception: [^\n]*'$/.test(error.message) ? 'INCORRECT_DATA' : '';
}
/** Those of BOUNDS: perhaps the lines, perhaps what else the machine has to do. */
const OF_THE_BOUNDS = new Set(['MEMORY_LIMIT_EXCEEDED', 'TIMEOUT_EXCEEDED']);

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

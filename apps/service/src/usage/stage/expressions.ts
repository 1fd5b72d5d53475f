import { LIMITS } from '@meterhouse/contract';
import type { Kind } from '../kinds.ts';

/** The engine's SQL is made from fixed lists alone: nothing that came over a wire is ever pasted into it. */
const READ_AS: Readonly<Record<string, string>> = {
  DateTime: "DateTime('UTC')",
  Codes: 'Array(String)',
  // As text: an unknown word must show, not become the first value.
  Power: 'String',
  Category: 'String',
};
const WORDS: Readonly<Record<string, string>> = {
  Power: "'on', 'off', 'suspended'",
  Category: "'rental', 'perpetual', 'demo', 'none', 'unknown'",
};
/** What the contract allows in no text: C0, DEL, C1, and the two line separators. */
const CONTROL = String.raw`[\\x00-\\x1f\\x7f\\x{80}-\\x{9f}\\x{2028}\\x{2029}]`;
const CODE = '^[a-z0-9-]{1,64}$';
const LARGEST = '9007199254740991';

const names = (kind: Kind) => kind.fields.map(({ name }) => name);
const of = (kind: Kind, type: string) =>
  kind.fields.filter((field) => field.type === type).map(({ name }) => name);
/** Inside a string literal of SQL. */
const quoted = (text: string) => text.replaceAll("'", "\\'");

/**
 * The one way to write a record as a line, from its columns: the contract's field order, no spaces. Of all that JSON can
 * escape only `"` and `\` are allowed in a text, so `escaped` says whether they may be in there at all.
 */
export function plainLine(kind: Kind, escaped: boolean): string {
  const pieces: string[] = [];
  let literal = '{';
  for (const { name, type } of kind.fields) {
    literal += `${literal === '{' ? '' : ','}"${name}":`;
    const bare = type.startsWith('UInt') || type === 'Codes';
    if (!bare) literal += '"';
    pieces.push(`'${literal}'`, written(name, type, escaped));
    literal = bare ? '' : '"';
  }
  return `concat(${pieces.join(', ')}, '${literal}}')`;
}

function written(name: string, type: string, escaped: boolean): string {
  switch (type) {
    case 'DateTime':
      return `formatDateTime(${name}, '%Y-%m-%dT%H:%i:%SZ')`;
    case 'Codes':
      return `if(empty(${name}), '[]', concat('["', arrayStringConcat(${name}, '","'), '"]'))`;
    case 'String':
      return escaped ? String.raw`replaceAll(replaceAll(${name}, '\\', '\\\\'), '"', '\\"')` : name;
    default:
      return `toString(${name})`;
  }
}

/**
 * Reads each line by itself into typed fields and throws unless the line is, byte for byte, what those fields are written as.
 * So whatever the engine's parser would forgive (an absent number, null, `true`, 4294971392, an unknown word, a key that
 * stands twice, two objects on a line) cannot pass: written out again it would be another line. More lines than the header
 * announces stop the reading, so that a bomb does not fill the disk.
 */
export function strictLines(kind: Kind): string {
  const tuple = kind.fields.map(({ name, type }) => `${name} ${READ_AS[type] ?? type}`).join(', ');
  const wrong = [
    `if(position(line, '\\\\') = 0, ${plainLine(kind, false)}, ${plainLine(kind, true)}) != line`,
    ...kind.fields.flatMap(({ name, type }) => (WORDS[type] ? [`${name} NOT IN (${WORDS[type]})`] : [])),
    'rowNumberInAllBlocks() >= {records:UInt64}',
  ];
  return `SELECT ${names(kind).join(', ')}
    FROM (
      SELECT line, JSONExtract(line, 'Tuple(${quoted(tuple)})') AS fields,
        ${names(kind)
          .map((name) => `fields.${name} AS ${name}`)
          .join(', ')}
      FROM file({file:String}, 'LineAsString', 'line String', 'gzip')
    )
    WHERE NOT throwIf(${wrong.join(' OR ')}, 'not a plain line')`;
}

/**
 * How lines are read; goes into the SETTINGS clause. Reading ahead in parallel is off: it would hold a line of three gigabytes
 * several times over before anything looks at it.
 */
export const READING = `date_time_input_format = 'best_effort', input_format_parallel_parsing = 0,
  input_format_max_block_size_bytes = 33554432, max_memory_usage = 1000000000`;

/** True for a row that the contract refuses for what a field says. On dictionary columns it costs one look per word. */
export function faultyRow(kind: Kind): string {
  const texts = of(kind, 'String');
  const faults = [
    'toStartOfHour(hour) != hour',
    'toYYYYMM(hour) != {month:UInt32}',
    'started < hour',
    'ended > hour + 3600',
    'started >= ended',
    ...texts.map((name) => `match(${name}, '${CONTROL}')`),
    ...texts.map((name) => `NOT isValidUTF8(${name})`),
    ...texts.map(
      (name) => `length(${name}) > ${LIMITS.textLength} AND lengthUTF8(${name}) > ${LIMITS.textLength}`,
    ),
    ...kind.named.map((name) => `empty(${name})`),
    ...of(kind, 'UInt64').map((name) => `${name} > ${LARGEST}`),
    ...of(kind, 'Codes').flatMap((name) => [
      `length(${name}) > ${LIMITS.codes}`,
      `arrayExists(code -> NOT match(code, '${CODE}'), ${name})`,
      `arrayExists((left, right) -> left >= right, arrayPopBack(${name}), arrayPopFront(${name}))`,
    ]),
    ...(kind.kind === 'vm' ? ["power = 'on' AND empty(host)"] : []),
  ];
  return faults.map((fault) => `(${fault})`).join(' OR ');
}

/** Sum modulo 2^256 of the SHA-256 of each line, little endian: as `packages/metering/src/package/digest.ts` tells it. */
export const DIGEST_OF_LINES = 'sumWithOverflow(reinterpretAsUInt256(SHA256(text)))';

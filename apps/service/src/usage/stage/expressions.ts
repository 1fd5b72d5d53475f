import { LIMITS } from '@meterhouse/contract';
import type { FieldType, Kind } from '../kinds.ts';

/** The engine's SQL is made from fixed lists alone: nothing that came over a wire is ever pasted into it. */
const WORDS: Partial<Record<FieldType, readonly string[]>> = {
  Power: ['on', 'off', 'suspended'],
  Category: ['rental', 'perpetual', 'demo', 'none', 'unknown'],
};
/** What the contract allows in no text: C0, DEL, C1, and the two line separators. */
const CONTROL = String.raw`[\\x00-\\x1f\\x7f\\x{80}-\\x{9f}\\x{2028}\\x{2029}]`;
const UUID = '^"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"$';
const CODES = '^([a-z0-9-]{1,64}(,[a-z0-9-]{1,64})*)?$';
const LARGEST = '9007199254740991';

interface Field {
  readonly name: string;
  readonly type: FieldType;
}

const of = (kind: Kind, ...types: readonly FieldType[]) =>
  kind.fields.filter(({ type }) => types.includes(type)).map(({ name }) => name);
/** The column that holds a field as it was read. */
const raw = (name: string) => `${name}_raw`;
const joined = (name: string) => `${name}_joined`;

/** Whether a dictionary pays: within a block the other fields hardly repeat. */
function repeats({ name, type }: Field, kind: Kind): boolean {
  return type !== 'Codes' && type !== 'UInt64' && !(name === kind.thing && type === 'UUID');
}

/**
 * The records of a file, typed, each with `digest` and the `bytes` of its line; throws on the first block that holds a bad one.
 *
 * The parser of the template refuses every line that has other keys, another order or a space between them. What it reads is
 * compared with what it means: a UUID, time, word or number must be written as its value would be. Texts come unescaped, so
 * a needless escape is found by the bytes: the lines' lengths, reckoned from the values, must sum up to what was unpacked, and
 * no escape but `\"` and `\\` is as short as that. What repeats stands in dictionaries, so that it is checked and converted
 * once a block. More records than announced stop the reading.
 */
export function typedRecords(kind: Kind): string {
  const { fields } = kind;
  const structure = fields.map(
    ({ name, type }) => `${name} ${type === 'Codes' ? 'Array(String)' : 'String'}`,
  );
  const read = fields.map((field) =>
    repeats(field, kind)
      ? `toLowCardinality(${field.name}) AS ${raw(field.name)}`
      : `${field.name} AS ${raw(field.name)}`,
  );
  const codes = of(kind, 'Codes').map(
    (name) => `toLowCardinality(arrayStringConcat(${raw(name)}, ',')) AS ${joined(name)}`,
  );
  return `SELECT ${fields.map(({ name }) => name).join(', ')},
      reinterpretAsUInt128(SHA256(text)) AS digest, ${lineBytes(kind)} AS bytes
    FROM (
      SELECT *, ${[...codes, ...fields.map((field) => `${value(field)} AS ${field.name}`)].join(', ')},
        ${recordText(kind)} AS text
      FROM (SELECT ${read.join(', ')} FROM (
        SELECT * FROM file({file:String}, 'Template', '${structure.join(', ')}', 'gzip')
        LIMIT {records:UInt64} + 1
      ))
    )
    WHERE NOT throwIf(${faults(kind).join(' OR ')}, 'a bad record')`;
}

/** A field's value from what was read. */
function value({ name, type }: Field): string {
  switch (type) {
    case 'UUID':
      return `toUUIDOrZero(substring(${raw(name)}, 2, 36))`;
    case 'DateTime':
      return `toDateTimeOrZero(substring(${raw(name)}, 2, 19), 'UTC')`;
    case 'UInt16':
    case 'UInt32':
    case 'UInt64':
      return `to${type}OrZero(${raw(name)})`;
    case 'Power':
    case 'Category':
      return unquoted(name);
    default:
      return raw(name);
  }
}

const unquoted = (name: string) => `substring(${raw(name)}, 2, length(${raw(name)}) - 2)`;

/** As `packages/metering/src/package/digest.ts` has it: the kind and the values, joined by TAB. */
function recordText(kind: Kind): string {
  const values = kind.fields.map(({ name, type }) => {
    if (type === 'Codes') return joined(name);
    return type === 'String' || type.startsWith('UInt') ? raw(name) : unquoted(name);
  });
  return `concat('${kind.kind}\\t', ${values.join(`, '\\t', `)})`;
}

/** The length of the record's one spelling with its LF, from the length of its text. */
function lineBytes(kind: Kind): string {
  const separators = kind.kind.length + kind.fields.length;
  const quotes = of(kind, 'Codes').map((name) => ` + 2 * length(${raw(name)})`);
  // Only texts can hold what JSON escapes; most of them are dictionaries, looked at once a value.
  const escapes = of(kind, 'String').map(
    (name) => ` + countSubstrings(${raw(name)}, '"') + countSubstrings(${raw(name)}, '\\\\')`,
  );
  return `toUInt32(length(text) + ${frameBytes(kind) - separators}${[...escapes, ...quotes].join('')})`;
}

/** What of a line is no value: braces, LF, and for each field its key, colon, comma, quotes or brackets. */
function frameBytes(kind: Kind): number {
  const own = (type: FieldType) => (type.startsWith('UInt') ? 0 : 2);
  return kind.fields.reduce((sum, { name, type }) => sum + name.length + 4 + own(type), 2);
}

/** No good line of the kind is shorter; an estimate from below. */
export function leastBytes(kind: Kind): number {
  const values = { UUID: 36, DateTime: 20 } as const;
  return kind.fields.reduce(
    (sum, { type }) => sum + (type === 'UUID' || type === 'DateTime' ? values[type] : 0),
    frameBytes(kind),
  );
}

/** Each is true for a record that the contract refuses; nothing in them binds weaker than OR. */
function faults(kind: Kind): string[] {
  const texts = of(kind, 'String');
  return [
    ...of(kind, 'UUID').map((name) => `NOT match(${raw(name)}, '${UUID}')`),
    ...of(kind, 'DateTime').map((name) => `formatDateTime(${name}, '"%Y-%m-%dT%H:%i:%SZ"') != ${raw(name)}`),
    ...of(kind, 'UInt16', 'UInt32', 'UInt64').map((name) => `toString(${name}) != ${raw(name)}`),
    ...kind.fields.flatMap(({ name, type }) => {
      const words = WORDS[type];
      return words ? [`${raw(name)} NOT IN (${words.map((word) => `'"${word}"'`).join(', ')})`] : [];
    }),
    'toStartOfHour(hour) != hour',
    'toYYYYMM(hour) != {month:UInt32}',
    'started < hour',
    'ended > hour + 3600',
    'started >= ended',
    ...texts.map((name) => `match(${raw(name)}, '${CONTROL}')`),
    ...texts.map((name) => `NOT isValidUTF8(${raw(name)})`),
    ...texts.map((name) => `lengthUTF8(${raw(name)}) > ${LIMITS.textLength}`),
    ...kind.named.map((name) => `empty(${raw(name)})`),
    ...of(kind, 'UInt64').map((name) => `${name} > ${LARGEST}`),
    ...of(kind, 'Codes').flatMap((name) => [
      `length(${raw(name)}) != if(empty(${joined(name)}), 0, countSubstrings(${joined(name)}, ',') + 1)`,
      `countSubstrings(${joined(name)}, ',') >= ${LIMITS.codes}`,
      `NOT match(${joined(name)}, '${CODES}')`,
      `arraySort(arrayDistinct(${raw(name)})) != ${raw(name)}`,
    ]),
    ...(kind.kind === 'vm' ? [`${raw('power')} = '"on"' AND empty(${raw('host')})`] : []),
  ];
}

/** For tests: lines that look like a record and are none, as bytes of a whole part of a kind. */

import type { PartKind } from '@meterhouse/contract';
import { KINDS } from '../kinds.ts';
import { EXAMPLES } from './testing.ts';

/** Which field stands for its type in a kind; where there is none, its cases do not apply. */
const STAND_INS = {
  vm: {
    number: 'vcpus',
    text: 'edition',
    name: 'name',
    thing: 'vm',
    word: 'power',
    codes: 'services',
    small: 'vcpus',
  },
  host: {
    number: 'runningVms',
    text: 'model',
    name: 'host',
    thing: 'host',
    word: 'licenseCategory',
    codes: undefined,
    small: 'sockets',
  },
  cluster: {
    number: 'vsanUsedMib',
    text: 'edition',
    name: 'cluster',
    thing: 'cluster',
    word: undefined,
    codes: 'features',
    small: 'vsanRawMib',
  },
} as const satisfies { readonly [Kind in PartKind]: object };

const THINGS = {
  vm: ['6e425213-112d-4d23-adf7-e11d2aeb229b', '5e425213-112d-4d23-adf7-e11d2aeb229b'],
  host: ['first', 'second'],
  cluster: ['first', 'second'],
} as const;

/** Name of the case to the part's text. `good` is good, every other must be refused. */
export function mangledLines(kind: PartKind): ReadonlyMap<string, Buffer> {
  const { number, text, name, thing, word, codes } = STAND_INS[kind];
  const example: Record<string, unknown> = { ...EXAMPLES[kind] };
  const line = (change: object = {}) => JSON.stringify({ ...example, ...change });
  const [first, second] = THINGS[kind].map((value) => line({ [thing]: value })) as [string, string];
  const value = (field: string) => String(example[field]);
  const good = line();
  /** Between two good lines, so that nothing else is wrong. */
  const among = (bad: string) => `${first}\n${bad}\n${second}\n`;
  const replaced = (from: string, to: string) => {
    if (!good.includes(from)) throw new Error(`${kind} has no ${from}`);
    return among(good.replace(from, () => to));
  };
  const changed = (change: object) => among(line(change));
  const eight = (to: string) => replaced(`"${number}":8`, `"${number}":${to}`);
  const x = (to: string) => replaced(`"${text}":"x"`, `"${text}":${to}`);
  const without = (field: string) =>
    among(JSON.stringify(Object.fromEntries(Object.entries(example).filter(([key]) => key !== field))));
  const started = (to: string) => changed({ started: to });
  const latin = (bytes: string) =>
    Buffer.from(Buffer.from(among(good)).toString('latin1').replace('"x"', `"${bytes}"`), 'latin1');

  const cases: Record<string, Buffer | string> = {
    good: among(good),
    'number null': eight('null'),
    'text null': changed({ [text]: null }),
    'number as text': eight('"8"'),
    'text as number': x('5'),
    'time as number': changed({ hour: 1672531200 }),
    'number true': eight('true'),
    'number false': eight('false'),
    'text true': x('true'),
    '4.0': eight('4.0'),
    '1e3': eight('1e3'),
    '04': eight('04'),
    '+4': eight('+4'),
    '-1': eight('-1'),
    '-0': eight('-0'),
    'number empty': eight(''),
    'number with a space after': eight('8 '),
    '2^32 + 4096': kind === 'cluster' ? eight('9007199254740992') : eight('4294971392'),
    '2^53': eight('9007199254740992'),
    '2^64 + 8': eight('18446744073709551624'),
    '2^128 + 8': eight('340282366920938463463374607431768211464'),
    NaN: eight('NaN'),
    inf: eight('inf'),
    '0x8': eight('0x8'),
    'unknown key': changed({ foo: 1 }),
    'unknown nested key': changed({ foo: { a: [1] } }),
    'key twice, same': eight(`8,"${number}":8`),
    'key twice, other': eight(`8,"${number}":9`),
    'two on a line': `${first}${second}\n`,
    'two on a line with a comma': `${first},${second}\n`,
    'one on two lines': good.replace(`"${number}"`, `\n"${number}"`).concat('\n'),
    'empty line between': `${first}\n\n${second}\n`,
    'empty line at the end': `${first}\n${second}\n\n`,
    'empty line at the beginning': `\n${first}\n`,
    'no LF at the end': `${first}\n${second}`,
    'text after the last line': `${first}\nxx\n`,
    'text after a record': among(`${good} x`),
    'space after a record': among(`${good} `),
    'space before a record': among(` ${good}`),
    'space before a number': eight(' 8'),
    'space before a text': x(' "x"'),
    'space after a text': x('"x" '),
    'keys reversed': among(JSON.stringify(Object.fromEntries(Object.entries(example).reverse()))),
    'a list of records': `[${first},\n${second}]\n`,
    'a list on lines of its own': `[\n${first},\n${second}\n]\n`,
    'commas between lines': `${first},\n${second}\n`,
    'not UTF-8': latin('\xe9'),
    'overlong UTF-8': latin('\xc0\xaf'),
    'half a surrogate pair as UTF-8': latin('\xed\xa0\x80'),
    'beyond Unicode': latin('\xf4\x90\x80\x80'),
    'byte order mark': `\ufeff${first}\n`,
    'byte order mark in line 2': among(`\ufeff${good}`),
    'CR LF': `${first}\r\n${second}\r\n`,
    'CR LF once': among(`${good}\r`),
    'CR alone': `${first}\r${second}\r`,
    'tab in a text': x('"x\ty"'),
    'U+0001 in a text': x('"x\x01y"'),
    'NUL in a text': x('"x\0y"'),
    'LF in a text': x('"x\ny"'),
    'NUL between': among(`${good}\0`),
    '\\u0000': x('"x\\u0000y"'),
    '\\t': x('"x\\ty"'),
    '\\n': x('"x\\ny"'),
    '\\u001f': x('"x\\u001fy"'),
    '\\u001F': x('"x\\u001Fy"'),
    '\\u0061': x('"\\u0061"'),
    '\\u0022': x('"\\u0022"'),
    '\\/': replaced('n/1', 'n\\/1'),
    '\\q': x('"\\q"'),
    '\\N': x('"\\N"'),
    '\\x41': x('"\\x41"'),
    'half a surrogate pair': x('"\\ud800"'),
    'a surrogate pair, escaped': replaced('😀', '\\ud83d\\ude00'),
    DEL: changed({ [text]: 'a\x7f' }),
    'U+0085': changed({ [text]: 'a\x85' }),
    'U+2028': changed({ [text]: 'a\u2028b' }),
    'U+2029': changed({ [text]: 'a\u2029b' }),
    'key escaped': among(
      good.replace(`"${number}"`, `"\\u00${number.charCodeAt(0).toString(16)}${number.slice(1)}"`),
    ),
    'key in upper case': among(good.replace(`"${number}"`, `"${number.toUpperCase()}"`)),
    'name empty': changed({ [name]: '' }),
    'text too long': changed({ [text]: 'x'.repeat(513) }),
    'text too long, in characters beyond the basic plane': changed({ [text]: '😀'.repeat(513) }),
    'text without quotes': x('x'),
    'text in single quotes': x("'x'"),
    'text in two quotes': x('""x""'),
    'object for a text': x('{"a":1}'),
    'list for a text': x('["a"]'),
    'time in lower case': started('2023-01-01t00:17:23z'),
    'time with an offset': started('2023-01-01T00:17:23+00:00'),
    'time with a space': started('2023-01-01 00:17:23Z'),
    'time without Z': started('2023-01-01T00:17:23'),
    'time with milliseconds': started('2023-01-01T00:17:23.000Z'),
    'time without seconds': started('2023-01-01T00:17Z'),
    'time as a number in a text': started('1672532243'),
    'second 60': started('2023-01-01T00:17:60Z'),
    'hour 24': changed({ ended: '2023-01-01T24:00:00Z' }),
    '31 February': started('2023-02-31T00:17:23Z'),
    'day 0': started('2023-01-00T00:17:23Z'),
    'the year 1900': started('1900-01-01T00:17:23Z'),
    'the year 2159, which 32 bits take for 2023': started('2159-02-07T06:45:39Z'),
    'day alone': changed({ hour: '2023-01-01' }),
    'time empty': started(''),
    'span before its hour': started('2022-12-31T23:59:59Z'),
    'span after its hour': changed({ ended: '2023-01-01T01:00:01Z' }),
    'span of no length': changed({ started: value('ended') }),
    'span backwards': changed({ started: '2023-01-01T00:30:00Z', ended: '2023-01-01T00:29:00Z' }),
    'hour that is not whole': changed({ hour: '2023-01-01T00:00:01Z' }),
    'hour that is not listed': changed({
      hour: '2023-01-01T05:00:00Z',
      started: '2023-01-01T05:00:00Z',
      ended: '2023-01-01T06:00:00Z',
    }),
    'hour that is unreachable': changed({
      hour: '2023-01-01T02:00:00Z',
      started: '2023-01-01T02:00:00Z',
      ended: '2023-01-01T03:00:00Z',
    }),
    'hour of another month': changed({
      hour: '2023-02-01T00:00:00Z',
      started: '2023-02-01T00:00:00Z',
      ended: '2023-02-01T01:00:00Z',
    }),
    'product that is not listed': changed({ product: '21363339-20ae-4c3e-ad05-af506447c1dc' }),
    'product in upper case': changed({ product: value('product').toUpperCase() }),
    'product without dashes': changed({ product: value('product').replaceAll('-', '') }),
    'product empty': changed({ product: '' }),
    'nested deeply': among(`{"product":${'['.repeat(20_000)}`),
    'a number for a record': among('5'),
    'null for a record': among('null'),
    '{}': among('{}'),
    nothing: '',
  };
  for (const { name: field } of KINDS[kind].fields) cases[`without ${field}`] = without(field);
  for (const { name: field, type } of KINDS[kind].fields) {
    const limit =
      type === 'UInt16'
        ? 65_536
        : type === 'UInt32'
          ? 4_294_967_296
          : type === 'UInt64'
            ? 2 ** 53
            : undefined;
    if (limit !== undefined) cases[`${field} too large`] = changed({ [field]: limit });
  }
  if (thing === 'vm')
    Object.assign(cases, {
      'UUID in upper case': changed({ vm: value('vm').toUpperCase() }),
      'UUID in braces': changed({ vm: `{${value('vm')}}` }),
      'UUID without dashes': changed({ vm: value('vm').replaceAll('-', '') }),
      'UUID with a g': changed({ vm: `${value('vm').slice(0, -1)}g` }),
      'UUID too short': changed({ vm: value('vm').slice(0, -1) }),
      'UUID too long': changed({ vm: `${value('vm')}0` }),
      'UUID empty': changed({ vm: '' }),
      'powered on without a host': changed({ host: '' }),
    });
  if (word !== undefined)
    Object.assign(cases, {
      'unknown word': changed({ [word]: 'blue' }),
      'word in upper case': changed({ [word]: value(word).toUpperCase() }),
      'word empty': changed({ [word]: '' }),
      'word as number': changed({ [word]: 1 }),
    });
  if (codes !== undefined) {
    const [one, two] = example[codes] as [string, string];
    const list = (to: string) => replaced(`"${codes}":["${one}","${two}"]`, `"${codes}":${to}`);
    Object.assign(cases, {
      'codes null': list('null'),
      // What the engine says of it repeats the character, and its text ends there.
      'NUL behind a code': list('["a"\u0000,"b"]'),
      'line feed behind a code': list('["a"\n,"b"]'),
      'null among codes': list('[null,"a"]'),
      'number among codes': list('[1,"a"]'),
      'list among codes': list('[["a"]]'),
      'codes unsorted': list(`["${two}","${one}"]`),
      'code twice': list('["a","a"]'),
      'code empty': list('[""]'),
      'code with a comma': list('["a,b"]'),
      'code in upper case': list('["A"]'),
      'code too long': list(`["${'a'.repeat(65)}"]`),
      'code escaped': list('["\\u0061"]'),
      'space among codes': list('["a", "b"]'),
      'space in a list': list('[ ]'),
      'comma after the last code': list('["a",]'),
      'text for codes': list('"a"'),
      'codes in a text': list('"[\'a\']"'),
      'too many codes': list(
        JSON.stringify(Array.from({ length: 65 }, (_, index) => `c${String(index).padStart(2, '0')}`)),
      ),
    });
  }
  return new Map(Object.entries(cases).map(([title, text]) => [title, Buffer.from(text)]));
}

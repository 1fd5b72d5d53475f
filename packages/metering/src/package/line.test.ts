import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PartKind, RECORDS, type RecordOf } from '@meterhouse/contract';
import fc from 'fast-check';
import { CLUSTER, HOST, VM } from './example.ts';
import type { FaultCode } from './faults.ts';
import { FIELDS } from './fields.ts';
import { LineParser } from './line.ts';
import { recordLine } from './writer.ts';

function read<Kind extends PartKind>(kind: Kind, text: string) {
  const faults: { code: FaultCode; pointer: string }[] = [];
  const record = new LineParser(kind, (code, _message, pointer) => faults.push({ code, pointer })).parse(
    text,
  );
  assert.equal(
    record === undefined,
    faults.length > 0,
    'a record is answered exactly when there is no fault',
  );
  return { record, codes: faults.map(({ code, pointer }) => `${code} ${pointer}`) };
}

const line = recordLine('vm', VM).slice(0, -1);

/** A text of plain characters, some of them outside the basic plane. */
const plainText = (minLength: number) =>
  fc
    .string({ minLength, maxLength: 40, unit: 'binary' })
    .map((text) => text.replace(/[\p{Cc}\u2028\u2029]/gu, '.'));
const codes = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,64}$/), { maxLength: 6 })
  .map((list) => list.sort());

/** Any record of a kind that the contract allows. */
function anyRecord<Kind extends PartKind>(kind: Kind): fc.Arbitrary<RecordOf[Kind]> {
  const values = FIELDS[kind].map((field): [string, fc.Arbitrary<unknown>] => {
    if (field.type === 'integer')
      return [field.name, fc.maxSafeNat().map((value) => value % (field.max + 1))];
    if (field.type === 'enum') return [field.name, fc.constantFrom(...field.values)];
    if (field.type === 'codes') return [field.name, codes];
    return [field.name, field.pattern ? fc.stringMatching(field.pattern) : plainText(Math.max(1, field.min))];
  });
  return fc.record(Object.fromEntries(values)) as unknown as fc.Arbitrary<RecordOf[Kind]>;
}

test('what the writer writes is read back as it was', () => {
  for (const kind of ['vm', 'host', 'cluster'] as const)
    fc.assert(
      fc.property(anyRecord(kind), (record) => {
        assert.deepEqual(read(kind, recordLine(kind, record).slice(0, -1)), {
          record: { ...record },
          codes: [],
        });
      }),
      { numRuns: 200 },
    );
});

test('a second spelling of a good record is refused as such', () => {
  const reversed = JSON.stringify(Object.fromEntries(Object.entries(VM).reverse()));
  for (const text of [
    reversed,
    `${line} `,
    ` ${line}`,
    line.replaceAll('":', '": '),
    line.replace('esx-01', '\\u0065sx-01'),
    line.replace('ü', '\\u00fc'),
    line.replace('😀', '\\ud83d\\ude00'),
    line.replace('gold', 'go\\/ld'),
    line.replace('"power"', '"\\u0070ower"'),
  ])
    assert.deepEqual(read('vm', text).codes, ['not-canonical '], text);
});

test('the example of each kind is good', () => {
  assert.deepEqual(read('vm', line).codes, []);
  assert.deepEqual(read('host', recordLine('host', HOST).slice(0, -1)).codes, []);
  assert.deepEqual(read('cluster', recordLine('cluster', CLUSTER).slice(0, -1)).codes, []);
});

const refusals: readonly (readonly [what: string, text: string, fault: string])[] = [
  ['an empty line', '', 'empty-line '],
  ['a line of spaces', '  ', 'bad-json '],
  ['a byte order mark', `\ufeff${line}`, 'byte-order-mark '],
  ['CR LF', `${line}\r`, 'control-character '],
  ['a tab between tokens', line.replace(',"vcpus"', ',\t"vcpus"'), 'bad-json '],
  ['two objects on a line', line + line, 'bad-json '],
  ['an object and a comma', `${line},`, 'bad-json '],
  ['a list', '[]', 'bad-json '],
  ['half an object', line.slice(0, -1), 'bad-json '],
  ['a comma at the end', line.replace(/}$/, ',}'), 'bad-json '],
  ['a comma missing', line.replace(',"vcpus"', '"vcpus"'), 'bad-json '],
  ['a duplicate key', line.replace('{', '{"vcpus":4,'), 'duplicate-key /vcpus'],
  ['a duplicate key that is escaped', line.replace(/}$/, ',"vcpu\\u0073":4}'), 'duplicate-key /vcpus'],
  ['an unknown field', line.replace('{', '{"extra":{"a":[1,"}",null]},'), 'unknown-field /extra'],
  ['a field in capitals', line.replace('"vcpus"', '"VCPUS"'), 'unknown-field /VCPUS; missing-field /vcpus'],
  ['a prototype', line.replace('{', '{"__proto__":{},'), 'unknown-field /__proto__'],
  ['a missing field', line.replace('"vcpus":4,', ''), 'missing-field /vcpus'],
  ['null for a number', line.replace('"vcpus":4', '"vcpus":null'), 'wrong-type /vcpus'],
  ['null for a string', line.replace('"edition":""', '"edition":null'), 'wrong-type /edition'],
  ['a number as a string', line.replace('"vcpus":4', '"vcpus":"4"'), 'wrong-type /vcpus'],
  ['true for a number', line.replace('"vcpus":4', '"vcpus":true'), 'wrong-type /vcpus'],
  ['a float', line.replace('"vcpus":4', '"vcpus":4.0'), 'wrong-type /vcpus'],
  ['an exponent', line.replace('"vcpus":4', '"vcpus":4e0'), 'wrong-type /vcpus'],
  ['a leading zero', line.replace('"vcpus":4', '"vcpus":04'), 'bad-json '],
  ['a plus sign', line.replace('"vcpus":4', '"vcpus":+4'), 'wrong-type /vcpus; bad-json '],
  ['NaN', line.replace('"vcpus":4', '"vcpus":NaN'), 'wrong-type /vcpus; bad-json '],
  ['a negative number', line.replace('"vcpus":4', '"vcpus":-4'), 'out-of-range /vcpus'],
  ['minus zero', line.replace('"vcpus":4', '"vcpus":-0'), 'out-of-range /vcpus'],
  ['65536 processors', line.replace('"vcpus":4', '"vcpus":65536'), 'out-of-range /vcpus'],
  ['memory that wraps round to 4096', line.replace(':8192', ':4294971392'), 'out-of-range /memoryMib'],
  ['a number beyond 2^53', line.replace(':102400', ':9007199254740993'), 'out-of-range /storageMib'],
  ['a number of 40 digits', line.replace(':102400', `:1${'0'.repeat(39)}`), 'out-of-range /storageMib'],
  ['a number for a string', line.replace('"edition":""', '"edition":1'), 'wrong-type /edition'],
  ['a power state that is none', line.replace('"on"', '"ON"'), 'bad-value /power'],
  ['an empty enumeration', line.replace('"rental"', '""'), 'bad-value /licenseCategory'],
  ['a UUID in capitals', line.replace('"a1b2', '"A1B2'), 'bad-value /product'],
  ['a time with a fraction', line.replace(':00:00Z","power', ':00:00.0Z","power'), 'bad-value /ended'],
  ['a time with an offset', line.replace('06:00:00Z', '06:00:00+00:00'), 'bad-value /ended'],
  [
    'an hour that is none',
    line.replace('"hour":"2023-01-01T05:00', '"hour":"2023-01-01T05:30'),
    'bad-value /hour',
  ],
  ['a control character', line.replace('esx-01', 'esx\u000101'), 'control-character /host'],
  ['an escaped tab', line.replace('esx-01', 'esx\\t01'), 'control-character /host'],
  ['an escaped C1 control', line.replace('esx-01', 'esx\\u009f01'), 'control-character /host'],
  ['a line separator', line.replace('esx-01', 'esx\u202801'), 'control-character /host'],
  ['an escaped paragraph separator', line.replace('esx-01', 'esx\\u202901'), 'control-character /host'],
  ['DEL', line.replace('esx-01', 'esx\u007f01'), 'control-character /host'],
  ['half a surrogate pair', line.replace('esx-01', 'esx\\ud83d01'), 'bad-json '],
  ['an escape that JSON does not know', line.replace('esx-01', 'esx\\x01'), 'bad-json '],
  ['a name of 513 characters', line.replace('esx-01', '😀'.repeat(513)), 'out-of-range /host'],
  ['a VM without a name', line.replace(/"name":"(?:\\.|[^"\\])*"/, '"name":""'), 'out-of-range /name'],
  ['a running VM without a host', line.replace('"esx-01"', '""'), 'bad-value /host'],
  ['services as a string', line.replace(/"services":.*]/, '"services":"vcd"'), 'wrong-type /services'],
  ['a service that is no string', line.replace('"vcd"]', '7]'), 'wrong-type /services/1'],
  ['a service twice', line.replace('"vcd"]', '"vcd","vcd"]'), 'bad-value /services/2'],
  ['services out of order', line.replace('"vcd"]', '"vcd","a"]'), 'bad-value /services/2'],
  ['a service with a comma', line.replace('"vcd"]', '"vcd,x"]'), 'bad-value /services/1'],
];

for (const [what, text, fault] of refusals)
  test(`${what} is refused`, () => {
    assert.notEqual(text, line, 'the mutation must change the line');
    assert.equal(read('vm', text).codes.join('; '), fault);
  });

test('512 characters are enough, wherever they lie in Unicode', () => {
  assert.deepEqual(read('vm', line.replace('esx-01', '😀'.repeat(512))).codes, []);
});

test('every fault of a line is told', () => {
  const broken = JSON.stringify({ ...VM, vcpus: 1.5, host: 7, edition: null, more: 1, services: undefined });
  assert.deepEqual(read('vm', broken).codes, [
    'wrong-type /host',
    'wrong-type /vcpus',
    'wrong-type /edition',
    'unknown-field /more',
    'missing-field /services',
  ]);
});

test('no text makes the parser throw, and what it accepts JSON.parse reads the same', () => {
  const mangled = fc
    .tuple(fc.nat(line.length), fc.nat(12), fc.string({ maxLength: 4, unit: 'binary' }))
    .map(([at, cut, put]) => line.slice(0, at) + put + line.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(mangled, fc.string({ unit: 'binary' }), fc.json()), (text) => {
      const { record } = read('vm', text);
      if (record === undefined) return;
      assert.deepEqual({ ...record }, JSON.parse(text));
      assert.equal(recordLine('vm', record), `${text}\n`);
    }),
    { numRuns: 3000 },
  );
});

test('the fields are those of the contract, in its order', () => {
  for (const kind of ['vm', 'host', 'cluster'] as const)
    assert.deepEqual(
      FIELDS[kind].map(({ name }) => name),
      Object.keys(RECORDS[kind].properties),
    );
});

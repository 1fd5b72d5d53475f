import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inspect } from 'node:util';
import type { PartKind, RecordOf } from '@meterhouse/contract';
import {
  addDigest,
  checkPackage,
  formatDigest,
  instantOf,
  recordDigest,
  recordLine,
  type Signer,
  thumbprint,
  writePackage,
} from '@meterhouse/metering';
import fc from 'fast-check';
import type { Engine } from '../../platform/engine/index.ts';
import { withTestEngine } from '../../platform/engine/testing.ts';
import { createUsageTables } from '../tables/tables.ts';
import { cutPackage, removeParts } from './cut-package.ts';
import { dropStage, openSlices, stagePackage } from './stage.ts';

const product = '21363339-20ae-4c3e-ad05-af506447c1db';
const vm: RecordOf['vm'] = {
  product,
  hour: '2023-01-01T00:00:00Z',
  vm: '4e425213-112d-4d23-adf7-e11d2aeb229b',
  name: 'n"a\\é€😀',
  host: 'h/1',
  cluster: '',
  started: '2023-01-01T00:17:23Z',
  ended: '2023-01-01T01:00:00Z',
  power: 'on',
  vcpus: 8,
  memoryMib: 16384,
  reservationMib: 0,
  storageMib: 9007199254740991,
  license: '*-9896C',
  licenseCategory: 'perpetual',
  edition: 'x',
  customer: 'Kunde 1',
  services: ['a', 'vcd'],
};
const host: RecordOf['host'] = {
  product,
  hour: vm.hour,
  host: 'h/1',
  cluster: 'c',
  started: vm.started,
  ended: vm.ended,
  sockets: 2,
  coresPerSocket: 16,
  memoryMib: 4294967295,
  license: '',
  licenseCategory: 'none',
  sku: 'VCF',
  runningVms: 3,
  model: 'R "640"',
};
const cluster: RecordOf['cluster'] = {
  product,
  hour: vm.hour,
  cluster: 'c',
  started: vm.started,
  ended: vm.ended,
  vsanUsedMib: 1,
  vsanRawMib: 0,
  features: [],
  edition: '',
};

let engine: Engine;
let folder: string;
let signer: Signer;
let publicKey: KeyObject;
before(async () => {
  engine = await withTestEngine();
  await createUsageTables(engine);
  folder = await mkdtemp(join(tmpdir(), 'meterhouse-verdict-'));
  const pair = generateKeyPairSync('ed25519');
  publicKey = pair.publicKey;
  signer = { kid: await thumbprint(publicKey), privateKey: pair.privateKey };
});
after(() => rm(folder, { recursive: true, force: true }));

let tag = 1000;
/** What both readers say of the same bytes. */
async function verdicts(text: Buffer | string, kind: PartKind = 'vm') {
  tag += 1;
  const file = join(folder, `${tag}.gz`);
  const { header } = await writePackage(file, {
    header: {
      service: 'test',
      organisation: product,
      registration: product,
      agent: product,
      agentVersion: '1',
      epoch: 1,
      number: 1,
      previous: null,
      month: '2023-01',
      createdAt: vm.hour,
      products: [
        {
          id: product,
          type: 'vCenter',
          version: '8',
          hours: [
            { hour: '2023-01-01T00:00:00Z', status: 'collected' },
            { hour: '2023-01-01T01:00:00Z', status: 'unreachable' },
            { hour: '2023-01-01T02:00:00Z', status: 'collected' },
          ],
        },
      ],
    },
    signer,
    records: { [kind]: [Buffer.from(text)] },
  });
  const { parts } = await cutPackage(file, folder, String(tag));
  const open = openSlices(header.products, instantOf);
  const staged = await stagePackage(engine, {
    tag: String(tag),
    meterId: '1',
    month: '2023-01',
    parts,
    open,
  });
  const { faults } = await checkPackage(file, { keyOf: () => publicKey });
  await dropStage(engine, String(tag));
  await removeParts([...parts, { path: file }]);
  return { engine: staged.verdict === 'plain', plain: faults.total === 0, staged, faults };
}

async function agree(name: string, text: Buffer | string, kind: PartKind = 'vm'): Promise<boolean> {
  const both = await verdicts(text, kind);
  const told = `${name}: the engine says ${inspect(both.staged)}, the plain reader ${JSON.stringify(both.faults.list[0])}`;
  assert.equal(both.engine, both.plain, told);
  return both.plain;
}

const good = recordLine('vm', vm).slice(0, -1);
const second = recordLine('vm', { ...vm, vm: '5e425213-112d-4d23-adf7-e11d2aeb229b' });
const line = (changes: Record<string, unknown>) => JSON.stringify({ ...vm, ...changes });
const without = (field: string) =>
  JSON.stringify(Object.fromEntries(Object.entries(vm).filter(([name]) => name !== field)));
const swap = (from: string, to: string) => {
  assert.ok(good.includes(from), from);
  return good.replace(from, () => to);
};
const latin = (text: string) => Buffer.from(text, 'latin1');

test('good records of every kind are taken, with the digest that plain arithmetic gives', async () => {
  for (const [kind, record] of [
    ['vm', vm],
    ['host', host],
    ['cluster', cluster],
  ] as const) {
    const text = recordLine(kind, record as never) + (kind === 'vm' ? second : '');
    const { staged, plain } = await verdicts(text, kind);
    assert.ok(plain && staged.verdict === 'plain', inspect(staged));
    const records = kind === 'vm' ? [vm, { ...vm, vm: '5e425213-112d-4d23-adf7-e11d2aeb229b' }] : [record];
    const digest = records.map((one) => recordDigest(kind, one as never)).reduce(addDigest, 0n);
    assert.deepEqual(
      staged.slices.map((slice) => [slice.hour, slice.records[kind], slice.digest]),
      [[1672531200, records.length, formatDigest(digest)]],
    );
  }
});

const lines: Record<string, string> = {
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is absent`, without(field)])),
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is null`, line({ [field]: null })])),
  ...Object.fromEntries(
    Object.keys(vm).map((field) => [`${field} is an object`, line({ [field]: { a: 1 } })]),
  ),
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is a list`, line({ [field]: ['a'] })])),
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is true`, line({ [field]: true })])),
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is 1`, line({ [field]: 1 })])),
  ...Object.fromEntries(Object.keys(vm).map((field) => [`${field} is "1"`, line({ [field]: '1' })])),
  'null in a list': line({ services: [null, 'a'] }),
  'a number in a list': line({ services: [1, 'a'] }),
  '4.0': swap('"vcpus":8', '"vcpus":4.0'),
  '1e3': swap('"vcpus":8', '"vcpus":1e3'),
  '04': swap('"vcpus":8', '"vcpus":04'),
  '+4': swap('"vcpus":8', '"vcpus":+4'),
  '-1': line({ vcpus: -1 }),
  '-0': swap('"vcpus":8', '"vcpus":-0'),
  'one more than fits 16 bits': line({ vcpus: 65536 }),
  'one more than fits 32 bits': line({ memoryMib: 4294967296 }),
  'one more than JavaScript counts': swap('9007199254740991', '9007199254740992'),
  'one more than fits 64 bits': swap('9007199254740991', '18446744073709551616'),
  NaN: swap('"vcpus":8', '"vcpus":NaN'),
  'an unknown word': line({ power: 'blue' }),
  'an upper-case word': line({ power: 'ON' }),
  'an unknown field': line({ foo: 1 }),
  'a field twice': swap('"vcpus":8', '"vcpus":8,"vcpus":8'),
  'two objects': `${good}${second.trim()}`,
  'two objects and a comma': `${good},${second.trim()}`,
  'garbage after': `${good} x`,
  'a space after': `${good} `,
  'a space inside': swap('"vcpus":8', '"vcpus": 8'),
  'another order': JSON.stringify(Object.fromEntries(Object.entries(vm).reverse())),
  'a byte order mark': `\ufeff${good}`,
  'CR LF': `${good}\r`,
  empty: '',
  null: 'null',
  '{}': '{}',
  '5': '5',
  'a raw tab': swap('"x"', '"x\ty"'),
  'a raw NUL': swap('"x"', '"x\0y"'),
  'escaped NUL': swap('"x"', '"x\\u0000y"'),
  'escaped tab': swap('"x"', '"x\\ty"'),
  'an escape that is not needed': swap('"x"', '"\\u0061"'),
  'an escaped slash': swap('h/1', 'h\\/1'),
  'a wrong escape': swap('"x"', '"\\q"'),
  'half a surrogate pair': swap('"x"', '"\\ud800"'),
  DEL: line({ edition: 'a\x7f' }),
  'U+0085': line({ edition: 'a\x85' }),
  'U+2028': line({ edition: 'a\u2028b' }),
  'U+00A0 is fine': line({ edition: 'a\u00a0b' }),
  'an escaped key': swap('"vcpus"', '"\\u0076cpus"'),
  'an upper-case key': swap('"vcpus"', '"VCPUS"'),
  'a time in lower case': line({ started: '2023-01-01t00:17:23z' }),
  'a time with an offset': line({ started: '2023-01-01T00:17:23+00:00' }),
  'a time with a space': line({ started: '2023-01-01 00:17:23' }),
  'a time with a fraction': line({ started: '2023-01-01T00:17:23.000Z' }),
  'a time without seconds': line({ started: '2023-01-01T00:17Z' }),
  'Unix seconds as text': line({ started: '1672532243' }),
  'second 60': line({ started: '2023-01-01T00:17:60Z' }),
  'hour 24': line({ ended: '2023-01-01T24:00:00Z' }),
  'February 31st': line({ started: '2023-02-31T00:17:23Z' }),
  '1900': line({ started: '1900-01-01T00:17:23Z' }),
  '2200': line({ ended: '2200-01-01T00:17:23Z' }),
  'a UUID in upper case': line({ vm: vm.vm.toUpperCase() }),
  'a UUID in braces': line({ vm: `{${vm.vm}}` }),
  'a UUID without dashes': line({ vm: vm.vm.replaceAll('-', '') }),
  'a span that starts early': line({ started: '2022-12-31T23:59:59Z' }),
  'a span that ends late': line({ ended: '2023-01-01T01:00:01Z' }),
  'a span of no time': line({ started: vm.ended }),
  'an hour that is none': line({ hour: '2023-01-01T00:00:01Z' }),
  'an hour of another month': line({
    hour: '2023-02-01T00:00:00Z',
    started: '2023-02-01T00:00:00Z',
    ended: '2023-02-01T01:00:00Z',
  }),
  'an hour nobody listed': line({
    hour: '2023-01-01T03:00:00Z',
    started: '2023-01-01T03:00:00Z',
    ended: '2023-01-01T04:00:00Z',
  }),
  'an unreachable hour': line({
    hour: '2023-01-01T01:00:00Z',
    started: '2023-01-01T01:00:00Z',
    ended: '2023-01-01T02:00:00Z',
  }),
  'another listed hour is fine': line({
    hour: '2023-01-01T02:00:00Z',
    started: '2023-01-01T02:00:00Z',
    ended: '2023-01-01T03:00:00Z',
  }),
  'a product nobody listed': line({ product: vm.vm }),
  'codes out of order': line({ services: ['vcd', 'a'] }),
  'a code twice': line({ services: ['a', 'a'] }),
  'a code with a space': line({ services: ['a b'] }),
  'an empty code': line({ services: [''] }),
  '65 codes': line({
    services: Array.from({ length: 65 }, (_, index) => `c${String(index).padStart(3, '0')}`),
  }),
  '64 codes are fine': line({
    services: Array.from({ length: 64 }, (_, index) => `c${String(index).padStart(3, '0')}`),
  }),
  'no name': line({ name: '' }),
  'no host while on': line({ host: '' }),
  'no host while off is fine': line({ host: '', power: 'off' }),
  '512 characters of four bytes are fine': line({ name: '😀'.repeat(512) }),
  '513 characters': line({ name: 'x'.repeat(513) }),
  'a span that overlaps': line({ vm: vm.vm, started: '2023-01-01T00:30:00Z' }),
  'a span that touches is fine': line({ started: '2023-01-01T00:00:00Z', ended: vm.started }),
  'deep nesting': `{"product":${'['.repeat(1000)}`,
};

test('of every bad line, and of unusual good ones, the engine and the plain reader say the same', async () => {
  const fine: string[] = [];
  for (const [name, bad] of Object.entries(lines)) {
    // Between two good ones; a line about overlaps needs the good record beside it, the others must not overlap it.
    const beside = name.includes('span that') ? `${good}\n` : '';
    if (await agree(name, `${beside}${second}${bad}\n`)) fine.push(name);
  }
  assert.deepEqual(
    fine.filter((name) => !name.endsWith('fine')).sort(),
    [
      ...['name', 'host', 'cluster', 'license', 'edition', 'customer'].map((field) => `${field} is "1"`),
      ...['vcpus', 'memoryMib', 'reservationMib', 'storageMib'].map((field) => `${field} is 1`),
      'services is a list',
    ].sort(),
  );
  assert.equal(
    fine.filter((name) => name.endsWith('fine')).length,
    Object.keys(lines).filter((name) => name.endsWith('fine')).length,
  );
});

test('of bytes that are no lines the two say the same', async () => {
  const cases: Record<string, Buffer | string> = {
    'no final LF': `${good}\n${second.trim()}`,
    'an empty line at the end': `${good}\n\n`,
    'an empty line at the start': `\n${good}\n`,
    'an object over two lines': `${good.replace('"vcpus"', '\n"vcpus"')}\n`,
    'CR alone': `${good}\r${second}`,
    'not UTF-8': latin(`${good.replace('n\\"a', '\xe9')}\n`),
    overlong: latin(`${good.replace('Kunde', '\xc0\xaf')}\n`),
    'a surrogate in UTF-8': latin(`${good.replace('Kunde', '\xed\xa0\x80')}\n`),
    'a list of all': `[${good},\n${second.trim()}]\n`,
    'a line beyond the limit': `${line({ name: 'x'.repeat(70_000) })}\n`,
  };
  for (const [name, text] of Object.entries(cases)) assert.equal(await agree(name, text), false, name);
});

test('of lines mangled at random the two say the same', async () => {
  const base = Buffer.from(`${good}\n${second}`);
  const mangle = fc.record({
    at: fc.nat({ max: base.length - 1 }),
    cut: fc.nat({ max: 3 }),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc
        .constantFrom('"', '\\', '\n', '0', '9', ',', ' ', '}', ':', 'e', '-', 'é', '\u2028')
        .map((text) => new Uint8Array(Buffer.from(text))),
    ),
  });
  await fc.assert(
    fc.asyncProperty(mangle, async ({ at, cut, put }) => {
      const text = Buffer.concat([base.subarray(0, at), put, base.subarray(at + cut)]);
      await agree(`at ${at}, ${cut} bytes cut, ${Buffer.from(put).toString('hex')} put in`, text);
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 60) },
  );
});

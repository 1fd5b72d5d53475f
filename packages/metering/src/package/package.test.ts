import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PackageHeader, PartKind, VmRecord } from '@meterhouse/contract';
import fc from 'fast-check';
import { canonical, packageDigest } from './canonical.ts';
import { CLUSTER, exampleSigner, HEADER, HOST, PRODUCT, VM } from './example.ts';
import type { Fault, Faults } from './faults.ts';
import { checkPackage, openPackage, type ReadOptions } from './reader.ts';
import { signHeader } from './signature.ts';
import { type PackageContent, recordLine, writePackage } from './writer.ts';

const signer = await exampleSigner();
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meterhouse-package-'));
});
after(() => rm(directory, { recursive: true }));

const vmLine = recordLine('vm', VM);
const content: PackageContent = {
  header: HEADER,
  signer,
  records: { vm: [vmLine], host: [recordLine('host', HOST)], cluster: [recordLine('cluster', CLUSTER)] },
};

async function written(change: Partial<PackageContent> = {}): Promise<Buffer> {
  const path = join(directory, 'usage.mhp');
  await writePackage(path, { ...content, ...change });
  return readFile(path);
}

/** In pieces of a few bytes up to all at once. */
async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const check = (bytes: Buffer, options: Partial<ReadOptions> = {}, size = bytes.length) =>
  checkPackage(pieces(bytes, size), { keyOf: signer.keyOf, ...options });

const codes = (faults: Faults) =>
  faults.list.map(({ part, line, code }: Fault) => `${part} ${line ?? '-'} ${code}`);

/** A package with any header and any bytes, signed as it should be. */
async function forged(
  members: readonly (readonly [PartKind, Buffer, number])[],
  change: object = {},
): Promise<Buffer> {
  const header = {
    ...HEADER,
    format: 'meterhouse-usage/1',
    parts: members.map(([kind, bytes, records]) => ({
      kind,
      records,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
    ...change,
  } as PackageHeader;
  const signature = await signHeader(header, signer);
  return Buffer.concat([
    gzipSync(`${canonical({ package: header, signature })}\n`),
    ...members.map(([, bytes]) => bytes),
  ]);
}

test('a package is read as it was written, in pieces of any size', async () => {
  const bytes = await written();
  for (const size of [1, 7, 1000, bytes.length]) {
    const reader = await openPackage(pieces(bytes, size), { keyOf: signer.keyOf });
    const records = await Array.fromAsync(reader.records());
    assert.deepEqual(records, [
      { kind: 'vm', record: VM },
      { kind: 'host', record: HOST },
      { kind: 'cluster', record: CLUSTER },
    ]);
    assert.equal(reader.faults.total, 0);
    assert.equal(reader.digest, packageDigest(reader.header));
  }
});

test('zcat shows all of it as lines', async () => {
  const lines = gunzipSync(await written())
    .toString()
    .split('\n');
  assert.equal(lines.length, 5);
  assert.match(lines[0]!, /^\{"package":\{"agent":/);
  assert.equal(`${lines[1]}\n`, vmLine);
});

test('the same content gives the same bytes, however it comes in pieces, and leaves no temporary file', async () => {
  const whole = await written();
  const cut = [vmLine.slice(0, 10), Buffer.from(vmLine.slice(10), 'utf8')];
  assert.deepEqual(await written({ records: { ...content.records, vm: Readable.from(cut) } }), whole);
  assert.equal(whole.readUInt32LE(4), 0, 'no time stamp');
  assert.deepEqual(await readdir(directory), ['usage.mhp']);
});

test('a kind without records has no part, and a package of unreachable hours has none at all', async () => {
  const { header } = await check(await written({ records: { vm: [], host: [recordLine('host', HOST)] } }));
  assert.deepEqual(
    header?.parts.map(({ kind }) => kind),
    ['host'],
  );
  const none = await check(await written({ records: {} }));
  assert.deepEqual([none.header?.parts, none.faults.total], [[], 0]);
});

test('a file at the target is left as it is when the records break off', async () => {
  const path = join(directory, 'usage.mhp');
  const before = await written();
  async function* broken() {
    yield vmLine;
    throw new Error('the hypervisor went away');
  }
  await assert.rejects(writePackage(path, { ...content, records: { vm: broken() } }), /went away/);
  assert.deepEqual(await readFile(path), before);
  assert.deepEqual(await readdir(directory), ['usage.mhp']);
});

test('many records go through and come back in order', async () => {
  const count = 20_000;
  const record = (index: number): VmRecord => ({
    ...VM,
    vm: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
    name: `vm ${index} ${index % 3 ? '' : 'é'}`,
  });
  function* lines() {
    for (let index = 0; index < count; index++) yield recordLine('vm', record(index));
  }
  const path = join(directory, 'many.mhp');
  await writePackage(path, { ...content, records: { vm: lines() } });
  const reader = await openPackage(path, { keyOf: signer.keyOf });
  let next = 0;
  for await (const batch of reader.batches())
    for (const read of batch.records) assert.deepEqual(read, record(next++));
  assert.deepEqual([next, reader.faults.total], [count, 0]);
  await rm(path);
});

test('a reader that is left in the middle lets go of the file', async () => {
  let closed = false;
  const bytes = await written();
  async function* source() {
    try {
      yield bytes;
    } finally {
      closed = true;
    }
  }
  const reader = await openPackage(source(), { keyOf: signer.keyOf });
  for await (const _ of reader.batches()) break;
  assert.equal(closed, true);
});

test('a source that breaks is an error of its own, not a fault of the package', async () => {
  const bytes = await forged([['vm', gzipSync(vmLine.repeat(3000), { level: 0 }), 3000]]);
  async function* source() {
    yield bytes.subarray(0, bytes.length - 100_000);
    throw new Error('the disk went away');
  }
  const reader = await openPackage(source(), { keyOf: signer.keyOf });
  await assert.rejects(Array.fromAsync(reader.batches()), /the disk went away/);
});

test('every byte counts: any one changed is refused', async () => {
  const bytes = await written();
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      // Bytes 4 to 9 of member 1 are gzip's time, flags and system: nothing hangs on them, and nothing is read from them.
      fc.pre(at < 4 || at > 9);
      const changed = Buffer.from(bytes);
      changed[at]! ^= flip;
      const { faults } = await check(changed);
      assert.notEqual(faults.total, 0, `byte ${at}`);
    }),
    { numRuns: 300 },
  );
});

test('every length counts: cut anywhere, or with something behind, it is refused', async () => {
  const bytes = await written();
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
      assert.notEqual((await check(bytes.subarray(0, length))).faults.total, 0);
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(codes((await check(Buffer.concat([bytes, Buffer.alloc(1)]))).faults), ['file - framing']);
  assert.deepEqual(codes((await check(Buffer.concat([bytes, gzipSync('')]))).faults), ['file - framing']);
  assert.deepEqual(codes((await check(Buffer.concat([Buffer.from(' '), bytes]))).faults), [
    'header - bad-gzip',
  ]);
});

test('a broken part does not hide the faults of the parts after it', async () => {
  const noise = Buffer.alloc(300_000, 'no gzip at all');
  const bytes = await forged([
    ['vm', noise, 1],
    ['host', gzipSync('{}\n'), 1],
  ]);
  const { faults } = await check(bytes);
  assert.deepEqual(codes(faults).slice(0, 2), ['vm - bad-gzip', 'vm - record-count']);
  assert.equal(
    faults.list.filter(({ part, code }) => part === 'host' && code === 'missing-field').length,
    14,
  );
});

test('a part is one plain gzip member: a second one, even an empty one, a name or a wrong checksum is refused', async () => {
  const [empty, one, two] = [gzipSync(''), gzipSync(vmLine), gzipSync(vmLine.repeat(2))];
  const named = Buffer.concat([
    one.subarray(0, 3),
    Buffer.of(8),
    one.subarray(4, 10),
    Buffer.from('a\0'),
    one.subarray(10),
  ]);
  const other = Buffer.concat([one.subarray(0, -8), two.subarray(-8)]);
  for (const part of [
    Buffer.concat([one, one]),
    Buffer.concat([empty, one]),
    Buffer.concat([one, empty]),
    named,
    other,
  ]) {
    const { faults } = await check(await forged([['vm', part, 1]]));
    assert.equal(codes(faults)[0], 'vm - bad-gzip');
  }
  assert.deepEqual(codes((await check(await forged([['vm', one, 1]]), {}, 1)).faults), []);
});

test('bytes hidden behind the end of a gzip member are found, however many', async () => {
  for (const hidden of [1, 100, 5_000_000]) {
    const part = Buffer.concat([gzipSync(vmLine), Buffer.alloc(hidden)]);
    const { faults } = await check(await forged([['vm', part, 1]]));
    assert.deepEqual(codes(faults), ['vm - bad-gzip'], `${hidden}`);
  }
});

test('what unpacks to more than the limit is refused, and reading stops there', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  const { faults } = await check(await forged([['vm', bomb, 1]]), { unpackedBytes: 1_000_000 });
  assert.deepEqual(codes(faults), ['vm 1 line-too-long', 'vm - too-large']);
  const header = gzipSync(Buffer.alloc(50_000_000, ' '));
  assert.deepEqual(codes((await check(header)).faults), ['header - too-large']);
});

test('lines that are no text of one record each are refused by number', async () => {
  const part = Buffer.concat([
    Buffer.from(vmLine),
    Buffer.from(`${'x'.repeat(70_000)}\n`),
    Buffer.from([0x22, 0xff, 0xfe, 0x0a]),
    Buffer.from('\n'),
    Buffer.from(`${vmLine.trimEnd()}\r\n`),
    Buffer.from(vmLine.trimEnd()),
  ]);
  for (const size of [10, 1000, 10_000_000]) {
    const { faults } = await check(await forged([['vm', gzipSync(part), 6]]), {}, size);
    assert.deepEqual(codes(faults), [
      'vm 2 line-too-long',
      'vm 3 bad-utf8',
      'vm 4 empty-line',
      'vm 5 control-character',
      'vm 6 line-unfinished',
    ]);
  }
});

test('records and lines must be equally many', async () => {
  for (const records of [1, 3]) {
    const { faults } = await check(
      await forged([
        ['host', gzipSync(recordLine('host', HOST) + recordLine('host', { ...HOST, host: 'b' })), records],
      ]),
    );
    assert.deepEqual(codes(faults), ['host - record-count']);
  }
});

test('a record must lie in a listed hour, its span inside that hour', async () => {
  const records: VmRecord[] = [
    { ...VM, hour: '2023-01-01T07:00:00Z' },
    { ...VM, hour: '2023-01-01T09:00:00Z' },
    { ...VM, product: VM.vm },
    { ...VM, ended: '2023-01-01T06:00:01Z' },
    { ...VM, started: '2023-01-01T04:59:59Z' },
    { ...VM, ended: VM.started },
    { ...VM, started: VM.ended, ended: VM.started },
  ];
  const { faults } = await check(
    await forged([['vm', gzipSync(records.map((record) => recordLine('vm', record)).join('')), 7]]),
  );
  assert.deepEqual(codes(faults), [
    'vm 1 unlisted-hour',
    'vm 2 unlisted-hour',
    'vm 3 unlisted-hour',
    'vm 4 span-outside-hour',
    'vm 5 span-outside-hour',
    'vm 6 span-outside-hour',
    'vm 7 span-outside-hour',
  ]);
});

test('spans of one thing must not overlap; those of two may', async () => {
  const span = (from: string, to: string, change: Partial<VmRecord> = {}) =>
    recordLine('vm', {
      ...VM,
      started: `2023-01-01T05:${from}:00Z`,
      ended: `2023-01-01T05:${to}:00Z`,
      ...change,
    });
  const lines = [
    span('30', '40'),
    span('00', '10'),
    span('10', '30'),
    span('39', '50'),
    span('00', '40', { vm: PRODUCT }),
    span('05', '06'),
    span('40', '41'),
  ];
  const { faults } = await check(await forged([['vm', gzipSync(lines.join('')), 7]]));
  assert.deepEqual(codes(faults), ['vm 4 overlapping-spans', 'vm 6 overlapping-spans']);
});

test('of many faults the first hundred are told and all are counted', async () => {
  const { faults } = await check(await forged([['vm', gzipSync('[]\n'.repeat(5000)), 5000]]));
  assert.deepEqual([faults.list.length, faults.total, faults.list[99]?.line], [100, 5000, 100]);
});

test('a part stands for its kind once', async () => {
  const part = gzipSync(vmLine);
  const { faults } = await check(
    await forged([
      ['vm', part, 1],
      ['vm', part, 1],
    ]),
  );
  assert.deepEqual(
    faults.list.map(({ pointer }) => pointer),
    ['/package/parts/1/kind'],
  );
});

test('a file that is not there is an error of the file system', async () => {
  await assert.rejects(openPackage(join(directory, 'nothing'), { keyOf: signer.keyOf }), { code: 'ENOENT' });
  const path = join(directory, 'empty');
  await writeFile(path, '');
  assert.deepEqual(codes((await checkPackage(path, { keyOf: signer.keyOf })).faults), ['header - bad-gzip']);
  await rm(path);
});

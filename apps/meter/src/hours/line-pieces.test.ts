import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { prepareHour } from './hour-folder.ts';
import { LedgerFile, readBlocks } from './ledger-file.ts';
import { linePieces } from './line-pieces.ts';

/** Short ones, long ones, one larger than any piece, and letters of every width. */
const LINES = Array.from({ length: 30_000 }, (_, number) =>
  number % 20_000 === 15_000 ? 'ü'.repeat(number * 10) : `${number} ${'Zürich 🚀 '.repeat(number % 12)}`,
);

test('a piece is whole for as long as it was promised, and is the memory of a later one then', () => {
  for (const apart of [2, 3]) {
    const kept: Buffer[] = [];
    const held: Buffer[] = [];
    const memory = new Set<ArrayBufferLike>();
    for (const piece of linePieces(LINES, apart)) {
      memory.add(piece.buffer);
      held.push(piece);
      if (held.length === apart) kept.push(Buffer.from(held.shift()!));
    }
    kept.push(...held);
    assert.ok(Buffer.concat(kept).toString('utf8') === LINES.join(''));
    assert.ok(memory.size < kept.length - apart, `${memory.size} for ${kept.length} pieces`);
  }
});

test('blocks of many pieces come back from the disk as they were given, among small ones', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blocks-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const small = [{ small: 1 }];
  const file = await LedgerFile.open(folder, 0);
  await file.replace(LINES);
  for (const block of [small, LINES, small, small, LINES.toReversed(), small]) await file.append(block);
  await file.sync();
  await file.close();
  const blocks: (readonly unknown[])[] = [];
  for await (const { lines } of readBlocks(folder)) blocks.push(lines);
  assert.ok(isDeepStrictEqual(blocks, [LINES, small, LINES, small, small, LINES.toReversed(), small]));
});

test('an hour of many pieces is packed as it was told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hour-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const product = { id: '5f1f6a34-77f1-4f4c-b8cc-0a0a5a7e1a01', type: 'vCenter', version: '8.0.2' };
  const listed = { hour: '2023-01-01T05:00:00Z', status: 'collected' } as const;
  const told = LINES.map((line) => `${line}\n`);
  const lines = {
    vm: function* () {
      yield* told;
    },
    host: function* () {},
    cluster: function* () {},
  };
  const { records } = await prepareHour(
    folder,
    'hour',
    { product, listed, version: 1 },
    { lines, twins: () => [] },
  );
  assert.deepEqual(records, { vm: LINES.length });
  const packed = await readFile(join(folder, 'closing', 'hour', 'vm.ndjson.gz'));
  assert.ok(gunzipSync(packed).toString('utf8') === told.join(''));
});

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProductIds } from './product-ids.ts';

test('numbers are kept over restarts, given once however many ask at the same moment, and a damaged file is refused', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'product-ids-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'api-product-ids.json');
  const ids = await ProductIds.open(dir);
  await Promise.all([ids.know(['a', 'b']), ids.know(['b', 'c']), ids.know(['c'])]);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((name) => ids.idOf(name)),
    [1, 2, 3, undefined],
  );
  const again = await ProductIds.open(dir);
  await again.know(['d', 'a']);
  assert.deepEqual(
    [again.idOf('a'), again.idOf('d'), again.nameOf(2), again.nameOf(9)],
    [1, 4, 'b', undefined],
  );
  const kept = readFileSync(path, 'utf8');
  for (const damaged of [
    '',
    '{',
    '[]',
    '{"next":2,"ids":{"a":1,"b":1}}',
    '{"next":2,"ids":{"a":2}}',
    '{"next":1.5,"ids":{}}',
  ]) {
    writeFileSync(path, damaged);
    await assert.rejects(ProductIds.open(dir), /api-product-ids\.json is damaged\. Put it back/);
  }
  writeFileSync(path, kept);
  assert.equal((await ProductIds.open(dir)).idOf('d'), 4);
});

test('a number that could not be kept is not told, and is kept by the next one that asks', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'product-ids-'));
  const ids = await ProductIds.open(dir);
  await rm(dir, { recursive: true });
  await assert.rejects(ids.know(['a']), { code: 'ENOENT' });
  await assert.rejects(ids.know(['a']), { code: 'ENOENT' });
  await mkdir(dir);
  t.after(() => rm(dir, { recursive: true, force: true }));
  await ids.know(['a']);
  assert.equal((await ProductIds.open(dir)).idOf('a'), 1);
});

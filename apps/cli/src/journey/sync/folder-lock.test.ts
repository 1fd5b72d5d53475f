import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockFolder } from './folder-lock.ts';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lock-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

test('a folder is held by one, until it lets go', async (t) => {
  const root = await folder(t);
  const first = await lockFolder(root);
  assert.ok(first);
  let holder: unknown;
  assert.equal(await lockFolder(root, (found) => (holder = found)), undefined);
  assert.equal((holder as { pid: number }).pid, process.pid);
  await first.release();
  const second = await lockFolder(root);
  assert.ok(second);
  // One who lost the folder does not take it from its next holder.
  await first.release();
  assert.equal(await second.held(), true);
  await second.release();
  assert.deepEqual(await readdir(root), []);
});

test('a holder whose process is gone, or whose id is another process by now, is dead', async (t) => {
  const root = await folder(t);
  const first = await lockFolder(root);
  const lock = JSON.parse(await readFile(join(root, 'lock'), 'utf8')) as Record<string, unknown>;
  await first!.release();
  for (const change of [{ pid: 2 ** 22 + 1 }, { pid: 1 }, { boot: 'an earlier run', mtime: 61 }]) {
    await writeFile(join(root, 'lock'), JSON.stringify({ ...lock, token: 'old', ...change }));
    if ('mtime' in change) await utimes(join(root, 'lock'), 1, 1);
    const taken = await lockFolder(root);
    assert.ok(taken, JSON.stringify(change));
    await taken.release();
  }
});

test('a holder on another machine is dead when it has not touched its lock for a minute', async (t) => {
  const root = await folder(t);
  const elsewhere = { token: 'x', pid: process.pid, host: `not-${hostname()}`, boot: 'b', began: '1' };
  await writeFile(join(root, 'lock'), JSON.stringify(elsewhere));
  assert.equal(await lockFolder(root), undefined);
  const old = Date.now() / 1000 - 61;
  await utimes(join(root, 'lock'), old, old);
  const taken = await lockFolder(root);
  assert.ok(taken);
  await taken.release();
});

test('of many that find a dead lock, one gets the folder', async (t) => {
  for (let round = 0; round < 10; round += 1) {
    const root = await folder(t);
    await writeFile(join(root, 'lock'), '{"token":"dead","pid":1,"host":"x","boot":"y","began":"z"}');
    await utimes(join(root, 'lock'), 1, 1);
    const locks = await Promise.all(Array.from({ length: 12 }, () => lockFolder(root)));
    const held = await Promise.all(locks.map((lock) => lock?.held() ?? false));
    assert.equal(held.filter(Boolean).length, 1);
    assert.deepEqual(await readdir(root), ['lock']);
    for (const lock of locks) await lock?.release();
  }
});

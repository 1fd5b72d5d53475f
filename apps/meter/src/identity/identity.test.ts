import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { initMeter, keepActivation, loadActivatedMeter, loadMeter } from './identity.ts';
import { makeKey } from './key.ts';

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'identity-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return join(root, 'meter');
}

test('a new meter has a UUID and a key that only its owner can read', async (t) => {
  const dir = await folder(t);
  const meter = await initMeter(dir);
  assert.match(meter.agent, /^[0-9a-f]{8}-/);
  assert.equal((await stat(dir)).mode & 0o777, 0o700);
  assert.equal((await stat(join(dir, 'meter.json'))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dir), ['meter.json']);
  assert.deepEqual(await loadMeter(dir), meter);
});

test('a second init is refused and leaves the first meter as it is, also when both run at once', async (t) => {
  const dir = await folder(t);
  const results = await Promise.allSettled([initMeter(dir), initMeter(dir), initMeter(dir)]);
  const made = results.filter((result) => result.status === 'fulfilled');
  assert.equal(made.length, 1);
  await assert.rejects(initMeter(dir), { code: 'already-initialised' });
  assert.deepEqual(await loadMeter(dir), made[0]!.value);
});

test('a given UUID is kept in lower case and what is no UUID is refused', async (t) => {
  const dir = await folder(t);
  await assert.rejects(initMeter(dir, '88531d1c'), { code: 'bad-agent' });
  const meter = await initMeter(dir, '88531D1C-296E-4B47-8431-C0E8182148E7');
  assert.equal(meter.agent, '88531d1c-296e-4b47-8431-c0e8182148e7');
});

test('an activation is kept together with the key that was bound', async (t) => {
  const dir = await folder(t);
  const meter = await initMeter(dir);
  await assert.rejects(loadActivatedMeter(dir), { code: 'not-activated' });
  const key = await makeKey();
  const activation = { service: 's', organisation: 'o', registration: 'r', epoch: 2 };
  await keepActivation(meter, key, activation);
  const loaded = await loadActivatedMeter(dir);
  assert.deepEqual(loaded.activation, activation);
  assert.equal(loaded.key.kid, key.kid);
  assert.equal(loaded.agent, meter.agent);
});

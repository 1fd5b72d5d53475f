import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { SigningKeyItem } from '@meterhouse/contract';
import { type ServiceProcess, startService } from '../src/demo/service-process.ts';
import { makeThrowAway, type ThrowAway } from '../src/demo/throw-away.ts';
import { meterhouse } from './meterhouse.ts';

suite('the keys of the service', () => {
  let place: ThrowAway;
  let service: ServiceProcess;
  let operator: string;

  before(async () => {
    place = await makeThrowAway();
    await start();
    operator = (await readFile(join(place.data, 'operator-token'), 'utf8')).trim();
  });
  after(async () => {
    await service?.stop();
    await place?.remove();
  });

  // Tokens name the issuer, and the port is another one after each start.
  const fixed = ['--public-url', 'http://usage.example'];
  async function start(): Promise<void> {
    const flags = ['--data', place.data, '--provision', place.provision, '--listen', '127.0.0.1:0'];
    service = await startService(
      [...flags, '--disk-reserve', '0', ...fixed],
      join(place.root, 'service.log'),
    );
  }
  const as = (token: string) => ({ METERHOUSE_SERVER: service.url, METERHOUSE_TOKEN: token });
  async function keys(): Promise<SigningKeyItem[]> {
    const ran = await meterhouse(['keys', 'list', '--json'], as(operator));
    assert.equal(ran.status, 0, ran.stderr);
    return JSON.parse(ran.stdout) as SigningKeyItem[];
  }
  const works = (accessToken: string) =>
    fetch(`${service.url}/api/v1/meters`, { headers: { authorization: `Bearer ${accessToken}` } });
  const rotateMaster = (environment = {}) =>
    meterhouse(['keys', 'rotate-master', '--data', place.data], environment);

  test('a new access key signs at once, what the old one signed is good until it ends', async () => {
    const token = (await meterhouse(['token'], as(place.token))).stdout.trim();
    const [before] = (await keys()).filter(({ retiredAt }) => retiredAt === undefined);
    const rotated = await meterhouse(['keys', 'rotate', 'access'], as(operator));
    assert.equal(rotated.status, 0, rotated.stderr);
    const now = await keys();
    assert.ok(now.find(({ kid }) => kid === before!.kid)?.retiredAt);
    const current = now.find(({ purpose, retiredAt }) => purpose === 'access' && retiredAt === undefined);
    assert.match(rotated.stdout, new RegExp(`^${current!.kid} signs`));
    assert.equal((await works(token)).status, 200);
    const fresh = (await meterhouse(['token'], as(place.token))).stdout.trim();
    assert.equal(JSON.parse(Buffer.from(fresh.split('.')[0]!, 'base64url').toString()).kid, current!.kid);
    assert.match((await meterhouse(['keys', 'list'], as(operator))).stdout, /Key\s+Signs/);
  });

  test('rotating is for operators, and of what there is', async () => {
    assert.equal((await meterhouse(['keys', 'rotate', 'access'], as(place.token))).status, 4);
    assert.equal((await meterhouse(['keys', 'rotate', 'master'], as(operator))).status, 2);
  });

  test('the master key is not rotated under a running service', async () => {
    const ran = await rotateMaster();
    assert.equal(ran.status, 6, ran.stderr);
    assert.match(ran.stderr, /is in use by process/);
  });

  test('the master key is rotated, also when a crash comes at any step, and the service goes on with its keys', async () => {
    const token = (await meterhouse(['token'], as(place.token))).stdout.trim();
    const before = await keys();
    const file = join(place.data, 'master.key');
    for (const [point, changed] of [
      ['keys.next-written', false],
      ['keys.resealed', true],
      [undefined, true],
    ] as const) {
      await service.stop();
      const old = await readFile(file, 'utf8');
      const ran = await rotateMaster(point === undefined ? {} : { METERHOUSE_CRASH_AT: point });
      assert.equal(ran.status, point === undefined ? 0 : null, ran.stderr);
      await start();
      assert.equal((await readFile(file, 'utf8')) !== old, changed, point);
      assert.ok(!(await readdir(place.data)).includes('master.key.next'), point);
      assert.deepEqual(await keys(), before);
      assert.equal((await works(token)).status, 200);
      assert.equal((await meterhouse(['token'], as(place.token))).status, 0);
    }
    assert.ok((await readdir(place.data)).some((name) => name.startsWith('master.key.retired-')));
  });
});

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { NO_LICENSE } from '../inventory/index.ts';
import { ERRORS } from './errors.ts';
import { PASSWORD, running } from './testing.ts';

const page = readFileSync(new URL('../../../../docs/meter/api.md', import.meta.url), 'utf8');
const missing = ['bash', 'curl', 'jq', 'openssl', 'tar'].filter(
  (program) => spawnSync(program, ['--version']).error !== undefined,
);

test('the commands of docs/meter/api.md run as they stand there', {
  skip: missing.length > 0 && `needs ${missing}`,
}, async (t) => {
  const now = Date.now();
  const run = await running(t, { time: { now: () => now, sleep: () => new Promise<void>(() => {}) } });
  run.meter.waiting.push({ product: 'vc1-example', fingerprint: 'ab'.repeat(32) });
  run.meter.states.set('vc1-example', { state: 'reached', seenUntil: now });
  run.journal.note({ code: 'product-unreachable', message: 'refused' });
  const machine = {
    id: 'vm-1',
    uuid: 'u',
    name: 'web',
    power: 'on' as const,
    vcpus: 1,
    memoryMib: 1,
    reservationMib: 0,
  };
  const host = { id: 'h', name: 'h', cluster: undefined, place: undefined, sockets: 1, coresPerSocket: 1 };
  run.meter.inventories.set('vc1-example', {
    machines: [{ ...machine, storageMib: 0, services: [], host: 'h', pool: undefined, folder: undefined }],
    hosts: [{ ...host, memoryMib: 1, model: '', license: NO_LICENSE }],
    clusters: [],
    places: [],
  });
  writeFileSync(join(run.meter.dir, 'packages', 'usage_a_1_000001_2023-01.gz'), 'package');
  const script = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('\n');
  const work = join(run.meter.dir, 'packages');
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-eo', 'pipefail', '-c', script], {
    cwd: work,
    env: {
      PATH: process.env.PATH,
      METER: `https://localhost:${run.api.port}`,
      METER_DIR: run.meter.dir,
      API_PASSWORD: PASSWORD,
      VC_PASSWORD: 'p4ss',
      ACTIVATION_TOKEN: 'UMA:token',
    },
  });
  const fingerprint = `vc1.example:443#${'ab'.repeat(32)} ${Array(32).fill('AB').join(':')}`;
  for (const line of [
    '{"status":"ready"}',
    `sha256 Fingerprint=${run.api.fingerprint}`,
    fingerprint,
    'product-unreachable refused',
    '00000000-0000-4000-8000-000000000001',
    'group-v3',
    'vm hashed',
    '2023-02-01T00:00:00.000Z',
    'usage_a_1_000001_2023-01.gz',
    'meterhouse_meter_packages_unsent 2',
  ])
    assert.ok(stdout.includes(line), `${line} is not in:\n${stdout}`);
  assert.equal(await run.meter.passwordOf('vc1-example'), 'p4ss');
  assert.equal((await run.meter.certificates()).length, 0);
  assert.match(readFileSync(join(work, 'unmapped.tsv'), 'utf8'), /\tweb\t/);
});

test('docs/meter/api.md tells every code of refusal with its status, and no other', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  assert.deepEqual(Object.fromEntries(rows), { ...ERRORS });
  assert.equal(rows.length, Object.keys(ERRORS).length);
});

test('docs/meter/api.md names every figure and every address', async (t) => {
  const { ask } = await running(t);
  const figures = (await ask('GET', '/metrics')).text.matchAll(/^# TYPE meterhouse_meter_(\w+) /gm);
  const names = [...figures].map(([, name]) => name!);
  assert.ok(names.length >= 15);
  for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  const addresses = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('-routes.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/'(?:\/api\/v1)?(\/[a-z_-]+)[/:\w-]*'/g)].map(([, path]) => path!));
  assert.ok(addresses.length > 20);
  for (const address of addresses) assert.ok(page.includes(address), address);
});

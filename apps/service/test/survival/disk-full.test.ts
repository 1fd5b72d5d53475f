import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageOf, vm } from '../../src/intake/testing.ts';
import { type Answer, type House, openHouse, until } from '../house.ts';
import { type LiveMeter, makeLiveMeter, sendPackage, upload } from '../meter.ts';
import { isProblem } from '../openapi.ts';
import { openUpload } from '../raw.ts';

/**
 * The whole data directory (records, engine, archive) on a small disk of its own, which is filled: below the reserve, to the
 * last byte before an upload, and to the last byte in the middle of one.
 */
const MiB = 2 ** 20;
const reserve = 64 * MiB;
const disk = mkdtempSync(join(tmpdir(), 'meterhouse-disk-'));
const mounted = process.platform === 'linux' && mount().status === 0;
const skip = mounted ? false : 'needs root and a kernel that lets it mount';
if (!mounted && process.getuid?.() === 0 && process.env.CI)
  throw new Error('CI runs as root and must be able to mount a small disk');

let house: House;
let meter: LiveMeter;
let bearer: string;
let failure: Error | undefined;
let first: { digest: string };

function mount() {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=768m,mode=0755', 'meterhouse-test', disk]);
}

before(async () => {
  if (!mounted) return;
  house = await openHouse({
    folder: disk,
    ownPostgres: true,
    flags: ['--disk-reserve', '64MiB', '--max-package-size', '8MiB'],
    onFailure: (error) => {
      failure = error;
    },
  });
  meter = await makeLiveMeter(house, house.a);
  bearer = house.a.access.reporter;
  first = await upload(house, meter, bearer);
});
after(async () => {
  await house?.close();
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmdirSync(disk);
});

const free = () => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};
const filler = join(disk, 'filler');

/** Takes room until only this much is left; 0 takes the last byte. */
function fillUpTo(left: number): void {
  const piece = Buffer.alloc(MiB, 1);
  const handle = openSync(filler, 'a');
  try {
    while (free() > left) writeSync(handle, piece, 0, Math.max(1, Math.min(MiB, free() - left)));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(handle);
  }
}
const makeRoom = () => rmSync(filler, { force: true });

function assertStorageLow(answer: Answer, told: string): void {
  assert.equal(answer.status, 507, `${told}: ${answer.text}`);
  assert.equal(answer.json.code, 'storage-low');
  assert.ok(answer.headers.get('retry-after'));
  isProblem('/usage/api/v1', answer, told);
}

/** A package of the second hour with many machines: too large for what a full disk still has in its last page. */
function largePackage() {
  const hour = '2023-03-01T01:00:00Z';
  const records = Array.from({ length: 4000 }, () =>
    vm(meter, { hour, vm: randomUUID(), name: randomUUID(), host: randomUUID() }),
  );
  const hours = [{ hour, status: 'collected' as const }];
  return packageOf(house.database, meter, {
    number: 2,
    previous: first.digest,
    products: [{ id: meter.product, type: 'vCenter', version: '8.0', hours }],
    records: { vm: records },
  });
}

/** What needs no room goes on. */
async function assertTheRestGoesOn(): Promise<void> {
  assert.equal((await house.call('GET', '/readyz')).status, 200);
  assert.ok(await house.exchange(house.a.apiTokens.reader));
  for (const path of [
    `/usage/api/v1/agent-registrations/${meter.agentId}`,
    '/api/v1/meters',
    `/usage/api/v1/agents/${meter.agentId}/uploads`,
    `/usage/api/v1/agents/${meter.agentId}/coverage/2023/3`,
    '/usage/api/v1/reports/2023/3',
  ])
    assert.equal((await house.call('GET', path, { bearer })).status, 200, path);
  const health = await until(
    () => house.call('GET', '/healthz'),
    ({ json }) => json.checks.disk.ok === false,
  );
  assert.equal(health.status, 503);
  assert.equal(failure, undefined, 'PostgreSQL ended');
}

test('below the reserve uploads get 507, registrations and reads go on', { skip }, async () => {
  fillUpTo(reserve - 2 * MiB);
  const { file } = await largePackage();
  assertStorageLow(await sendPackage(house, meter, bearer, file), 'an upload');
  await assertTheRestGoesOn();
  await makeLiveMeter(house, house.a);
  makeRoom();
});

test('an upload that meets the last byte gets 507 wherever it is, and the package passes once there is room', {
  skip,
}, async () => {
  const { file } = await largePackage();
  for (const [where, sent] of [
    ['while it comes in', Math.floor(file.length / 2)],
    ['when only its last byte is missing', file.length - 1],
  ] as const) {
    const going = openUpload(house.url, meter.agentId, { bearer, length: file.length });
    going.send(file.subarray(0, sent));
    await going.isTaken();
    fillUpTo(0);
    going.send(file.subarray(sent));
    const answer = await going.answer;
    await assertTheRestGoesOn();
    makeRoom();
    assertStorageLow(answer, where);
    const uploads = await house.call('GET', `/usage/api/v1/agents/${meter.agentId}/uploads`, { bearer });
    assert.equal(uploads.json.items.length, 1, `${where}: ${uploads.text}`);
  }
  const taken = await sendPackage(house, meter, bearer, file);
  assert.equal(taken.status, 202, taken.text);
  await until(
    () =>
      house.call('GET', `/usage/api/v1/agents/${meter.agentId}/uploads/${taken.json.uploadId}`, { bearer }),
    ({ json }) => json.state === 'loaded',
  );
});

test('on a full disk uploads get 507 and changes pass or say why; nothing is half done once there is room', {
  skip,
}, async () => {
  fillUpTo(0);
  const { file } = await packageOf(house.database, meter, {
    number: 3,
    previous: 'f'.repeat(64),
    products: [
      {
        id: meter.product,
        type: 'vCenter',
        version: '8.0',
        hours: [{ hour: '2023-03-01T02:00:00Z', status: 'collected' }],
      },
    ],
    records: {},
  });
  assertStorageLow(await sendPackage(house, meter, bearer, file), 'an upload');
  const agents = Array.from({ length: 20 }, () => randomUUID());
  const statuses: number[] = [];
  for (const agentId of agents) {
    const answer = await house.call('POST', '/usage/api/v1/agent-registrations', {
      bearer,
      body: { agentId, label: 'um', contractNumber: '1012345' },
    });
    assert.ok([202, 503, 507].includes(answer.status), `${answer.status} ${answer.text}`);
    statuses.push(answer.status);
  }
  await assertTheRestGoesOn();
  makeRoom();
  for (const [index, agentId] of agents.entries()) {
    const ask = () => house.call('GET', `/usage/api/v1/agent-registrations/${agentId}`, { bearer });
    if (statuses[index] === 202) await until(ask, ({ status }) => status === 200);
    else assert.equal((await ask()).status, 404);
  }
  const wellAgain = await until(
    () => house.call('GET', '/healthz'),
    ({ status }) => status === 200,
  );
  assert.equal(wellAgain.json.checks.disk.ok, true);
});

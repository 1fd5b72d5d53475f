import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { instantOf } from '@meterhouse/metering';
import { keepActivation, makeKey } from '../identity/index.ts';
import { REAL_TIME } from '../time/index.ts';
import { packHours } from './pack-hours.ts';
import { finishPackInstead, packInstead } from './pack-instead.ts';
import { readStoredHeader } from './read-stored-header.ts';
import { storedPackages } from './stored-packages.ts';
import {
  closeHour,
  hoursFrom,
  hoursOf,
  type MeterOnDisk,
  meterOnDisk,
  OTHER,
  PRODUCT,
  readWhole,
  slicesOf,
} from './testing.ts';

const time = { ...REAL_TIME, now: () => instantOf('2023-02-01T00:10:00Z') * 1000 };
const pack = ({ meter, hours, places }: MeterOnDisk, more = {}) =>
  packHours({ meter, hours, folder: places.packages, time, ...more });

/** Every slice of every package, in the order of the chain, which must have neither gap nor fork. */
async function packed({ places, meter }: MeterOnDisk): Promise<string[]> {
  const slices: string[] = [];
  let previous: string | null = null;
  let number = 0;
  for (const { path, name } of await storedPackages(places.packages)) {
    const { header, digest } = await readStoredHeader(path);
    await readWhole(path, meter);
    number += 1;
    assert.deepEqual([header.number, header.previous], [number, previous], name);
    previous = digest;
    slices.push(...slicesOf(header));
  }
  return slices;
}

test('hours become one package for each month, products and hours ascending, and are gone then', async (t) => {
  const disk = await meterOnDisk(t);
  for (const hour of hoursFrom('2023-01-31T22:00:00Z', 4)) {
    await closeHour(disk.dir, hour, { product: OTHER, status: 'unreachable' });
    await closeHour(disk.dir, hour);
  }
  const { packages } = await pack(disk);
  assert.deepEqual(
    packages.map(({ month, hours, records }) => [month, hours, records]),
    [
      ['2023-01', 4, 6],
      ['2023-02', 4, 6],
    ],
  );
  const header = await readWhole(packages[0]!.path, disk.meter);
  assert.deepEqual(
    header.parts.map(({ kind, records }) => [kind, records]),
    [
      ['vm', 4],
      ['host', 2],
    ],
  );
  assert.deepEqual(
    header.products.map(({ id, hours }) => [id, hours]),
    [
      [PRODUCT.id, hoursFrom('2023-01-31T22:00:00Z', 2).map((hour) => ({ hour, status: 'collected' }))],
      [
        OTHER.id,
        hoursFrom('2023-01-31T22:00:00Z', 2).map((hour) => ({
          hour,
          status: 'unreachable',
          reason: 'connection-lost',
        })),
      ],
    ],
  );
  assert.equal(header.createdAt, '2023-02-01T00:10:00Z');
  assert.deepEqual(await disk.hours.waiting(), []);
  assert.deepEqual((await pack(disk)).packages, []);
});

test('of several readings of an hour the best one goes, and the others go with it', async (t) => {
  const disk = await meterOnDisk(t);
  await closeHour(disk.dir, '2023-01-05T05:00:00Z', { version: 1, status: 'unreachable' });
  await closeHour(disk.dir, '2023-01-05T05:00:00Z', { version: 2, status: 'partial' });
  await closeHour(disk.dir, '2023-01-05T05:00:00Z', { version: 3 });
  await pack(disk);
  assert.deepEqual(await packed(disk), [`${PRODUCT.id} 2023-01-05T05:00:00Z collected`]);
  assert.deepEqual(await disk.hours.waiting(), []);
});

test('forty days of hours become several packages, none beyond its limits, each hour once', async (t) => {
  const disk = await meterOnDisk(t);
  const all = hoursFrom('2023-01-10T00:00:00Z', 960);
  for (const hour of all) await closeHour(disk.dir, hour);
  const { packages } = await pack(disk, { limits: { listBytes: 720_000, records: 600 } });
  assert.deepEqual(
    packages.map(({ hours }) => hours),
    [200, 200, 128, 200, 200, 32],
  );
  const listing = await meterOnDisk(t);
  for (const hour of all.slice(0, 40)) await closeHour(listing.dir, hour);
  const small = await pack(listing, { limits: { listBytes: 2_048, records: 1_000_000 } });
  assert.ok(small.packages.length > 1);
  assert.deepEqual(
    await packed(disk),
    all.map((hour) => `${PRODUCT.id} ${hour} collected`),
  );
});

test('an hour whose files are damaged stays and holds up no other; a whole reading of it goes', async (t) => {
  const disk = await meterOnDisk(t);
  for (const hour of hoursFrom('2023-01-05T05:00:00Z', 3)) await closeHour(disk.dir, hour);
  await closeHour(disk.dir, '2023-01-05T06:00:00Z', { version: 2 });
  const waiting = await disk.hours.waiting();
  await writeFile(waiting[0]!.files.vm!.path, 'no gzip');
  const better = waiting.find(({ version }) => version === 2)!;
  await closeHour(disk.dir, '2023-01-05T04:00:00Z', { machines: 1 });
  await cp((await disk.hours.waiting())[0]!.files.vm!.path, better.files.vm!.path);
  const { packages, damaged } = await pack(disk);
  assert.deepEqual(damaged.map(({ message }) => message.replace(/^.*\//, '')).sort(), [
    'vm.ndjson.gz: 2 records were closed, 1 whole lines are there',
    'vm.ndjson.gz: incorrect header check',
  ]);
  assert.equal(packages.length, 1);
  assert.deepEqual(
    (await packed(disk)).map((slice) => slice.split(' ')[1]),
    ['2023-01-05T04:00:00Z', '2023-01-05T06:00:00Z', '2023-01-05T07:00:00Z'],
  );
  assert.deepEqual(
    (await disk.hours.waiting()).map(({ listed, version }) => [listed.hour, version]),
    [
      ['2023-01-05T05:00:00Z', 1],
      ['2023-01-05T06:00:00Z', 2],
    ],
  );
});

test('a retired product is listed with its hours, or in a package without any', async (t) => {
  const disk = await meterOnDisk(t);
  const retired = { ...PRODUCT, retired: '2023-01-05T06:00:00Z' };
  await closeHour(disk.dir, '2023-01-05T05:00:00Z');
  await pack(disk, { listed: { month: '2023-01', products: [retired] } });
  await pack(disk, { listed: { month: '2023-01', products: [retired] } });
  const headers = await Promise.all(
    (await storedPackages(disk.places.packages)).map(({ path }) => readWhole(path, disk.meter)),
  );
  assert.deepEqual(
    headers.map(({ products, parts }) => [products[0]!.retired, products[0]!.hours.length, parts.length]),
    [
      ['2023-01-05T06:00:00Z', 1, 2],
      ['2023-01-05T06:00:00Z', 0, 0],
    ],
  );
});

test('after a new activation packages begin at 1 in the new epoch, and an old one can be packed instead, once', async (t) => {
  const disk = await meterOnDisk(t);
  await closeHour(disk.dir, '2023-01-05T05:00:00Z');
  await pack(disk);
  const meter = await keepActivation(disk.meter, await makeKey(), { ...disk.meter.activation, epoch: 2 });
  const [old] = await storedPackages(disk.places.packages);
  const path = await packInstead(meter, disk.places, old!, { why: 'chain-fork' }, time);
  const header = await readWhole(path, meter);
  assert.deepEqual([header.epoch, header.number, header.previous], [2, 1, null]);
  assert.deepEqual(slicesOf(header), [`${PRODUCT.id} 2023-01-05T05:00:00Z collected`]);
  assert.deepEqual(
    header.parts.map(({ records }) => records),
    [2, 1],
  );
  assert.deepEqual((await readdir(disk.places.refused)).sort(), [old!.name, `${old!.name}.refusal.json`]);
  // As a crash before the old one was put aside leaves it.
  await cp(join(disk.places.refused, old!.name), old!.path);
  await finishPackInstead(meter, disk.places);
  assert.deepEqual(
    (await storedPackages(disk.places.packages)).map(({ epoch, number }) => [epoch, number]),
    [[2, 1]],
  );
});

/**
 * Packs in a process of its own that kills itself with SIGKILL before its n-th change of the disk: what such a call would have
 * done is not done, all before it is.
 */
async function packAndDie(dir: string, change: number): Promise<'killed' | 'finished'> {
  const script = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let changes = 0;
    for (const name of ['rename', 'rm', 'link', 'mkdir', 'open']) {
      const real = fs[name];
      fs[name] = (...words) => {
        const reads = name === 'open' && (words[1] ?? 'r') === 'r';
        if (!reads && (changes += 1) === ${change}) process.kill(process.pid, 'SIGKILL');
        return real(...words);
      };
    }
    syncBuiltinESMExports();
    const { loadActivatedMeter } = await import(${url('../identity/index.ts')});
    const { packHours } = await import(${url('./pack-hours.ts')});
    const { hoursOf } = await import(${url('./testing.ts')});
    const { spoolPlaces } = await import(${url('./places.ts')});
    const dir = ${JSON.stringify(dir)};
    const folder = spoolPlaces(dir).packages;
    const time = { now: () => ${time.now()} };
    await packHours({ meter: await loadActivatedMeter(dir), hours: hoursOf(dir), folder, time });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === 'SIGKILL') return 'killed';
  assert.equal(code, 0);
  return 'finished';
}

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

test('a kill -9 before any change of the disk loses no hour and packs none twice', async (t) => {
  const disk = await meterOnDisk(t);
  const all = hoursFrom('2023-01-31T23:00:00Z', 2);
  for (const hour of all) await closeHour(disk.dir, hour);
  await closeHour(disk.dir, all[0]!, { version: 2 });
  const copyOf = async (change: number): Promise<MeterOnDisk> => {
    const dir = `${disk.dir}-${change}`;
    await cp(disk.dir, dir, { recursive: true });
    const places = { packages: join(dir, 'spool', 'packages'), sent: '', refused: '' };
    return { dir, meter: { ...disk.meter, dir }, places, hours: hoursOf(dir) };
  };
  const dieAt = async (change: number): Promise<boolean> => {
    const copy = await copyOf(change);
    const ended = await packAndDie(copy.dir, change);
    await pack(copy);
    assert.deepEqual(
      await packed(copy),
      all.map((hour) => `${PRODUCT.id} ${hour} collected`),
      `killed before change ${change}`,
    );
    assert.deepEqual(await copy.hours.waiting(), []);
    const left = (await readdir(copy.places.packages)).filter((name) => !name.endsWith('.gz'));
    assert.deepEqual(left, []);
    return ended === 'killed';
  };
  let change = 1;
  // Two at a time, until one of them came to its end.
  while ((await Promise.all([dieAt(change), dieAt(change + 1)])).every(Boolean)) change += 2;
  assert.ok(change > 20, `only ${change} changes of the disk were seen`);
});

test('an hour that no header can say keeps no other back, and stays for a person to look at', async (t) => {
  const disk = await meterOnDisk(t);
  const [first, second] = hoursFrom('2023-01-31T10:00:00Z', 2);
  await closeHour(disk.dir, first!, { product: { ...OTHER, version: '8\t0' } });
  await closeHour(disk.dir, first!);
  await closeHour(disk.dir, second!);
  const { damaged, packages } = await pack(disk);
  assert.equal(packages.length, 2);
  assert.match(damaged[0]!.message, /version: must match/);
  assert.deepEqual(
    await packed(disk),
    [first, second].map((hour) => `${PRODUCT.id} ${hour} collected`),
  );
  assert.equal((await disk.hours.waiting()).length, 1);
});

test('products that no header can list keep no hour back', async (t) => {
  const disk = await meterOnDisk(t);
  await closeHour(disk.dir, '2023-01-31T10:00:00Z');
  for (const month of ['2023-01', '1970-01']) {
    const listed = { month, products: [{ ...OTHER, id: 'nobody' }] };
    const { unlisted } = await pack(disk, { listed });
    assert.match(unlisted!.message, /products\/0\/id|month/);
  }
  assert.deepEqual(await packed(disk), [`${PRODUCT.id} 2023-01-31T10:00:00Z collected`]);
});

test('an hour whose description the disk lost keeps no other back and is told; a chain that it lost says what to do', async (t) => {
  const disk = await meterOnDisk(t);
  const [first, second, third] = hoursFrom('2023-01-31T10:00:00Z', 3);
  for (const hour of [first, second, third]) await closeHour(disk.dir, hour!);
  const [one, other] = (await disk.hours.waiting()).map(({ folder }) => folder);
  await writeFile(join(one!, 'hour.json'), '');
  await writeFile(join(other!, 'hour.json'), '{"version":1}');
  await pack(disk);
  assert.deepEqual(await packed(disk), [`${PRODUCT.id} ${third} collected`]);
  assert.deepEqual((await disk.hours.unreadable()).toSorted(), [one, other]);
  await writeFile(join(disk.dir, 'chain.json'), '{"epo');
  await assert.rejects(pack(disk), { code: 'chain-damaged', message: /chain.json cannot be read/ });
});

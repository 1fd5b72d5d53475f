import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOf } from '@meterhouse/metering';
import { packHours } from './pack-hours.ts';
import { makePlaces } from './places.ts';
import { markRefused, markSent, storedPackages } from './stored-packages.ts';
import { tendSpool } from './tend-spool.ts';
import { closeHour, hoursFrom, type MeterOnDisk, meterOnDisk } from './testing.ts';

const DAY = 86_400_000;
const now = instantOf('2023-03-01T00:00:00Z') * 1000;
const time = { now: () => now, sleep: async () => undefined };

/** A package for each of `count` hours. */
async function packagesOn(disk: MeterOnDisk, count: number): Promise<void> {
  await makePlaces(disk.dir);
  for (const hour of hoursFrom('2023-02-01T00:00:00Z', count)) {
    await closeHour(disk.dir, hour);
    await packHours({ ...disk, folder: disk.places.packages, time });
  }
}

test('packages that the service took go after their days; what it did not take or refused stays', async (t) => {
  const disk = await meterOnDisk(t);
  await packagesOn(disk, 4);
  const [first, second, third] = await storedPackages(disk.places.packages);
  await markSent(disk.places, first!, now - 36 * DAY);
  await markSent(disk.places, second!, now - 34 * DAY);
  await markRefused(disk.places, third!, { why: 'a test' });
  const settings = { limitBytes: 1e9, warnAt: 0.8, keepDays: 35 };
  const state = await tendSpool(disk.places, disk.hours, settings, now);
  assert.deepEqual(
    [state.unsent, state.sent, state.refused, state.room, state.removedEarly],
    [1, 1, 1, 'enough', []],
  );
  assert.deepEqual(
    (await storedPackages(disk.places.sent)).map(({ number }) => number),
    [2],
  );
});

test('beyond the limit the oldest sent packages go, and never one that was not sent or an hour that waits', async (t) => {
  const disk = await meterOnDisk(t);
  await packagesOn(disk, 5);
  await closeHour(disk.dir, '2023-02-02T00:00:00Z');
  const packages = await storedPackages(disk.places.packages);
  for (const one of packages.slice(0, 3)) await markSent(disk.places, one, now);
  const look = (limitBytes: number) =>
    tendSpool(disk.places, disk.hours, { limitBytes, warnAt: 0.8, keepDays: 35 }, now);
  const all = (await look(1e9)).bytes;
  assert.equal((await look(Math.ceil(all / 0.7))).room, 'enough');
  assert.equal((await look(Math.ceil(all / 0.9))).room, 'filling');
  const within = await look(all - packages[0]!.bytes - 1);
  assert.deepEqual(within.removedEarly, [packages[0]!.name, packages[1]!.name]);
  const full = await look(1);
  assert.deepEqual(full.removedEarly, [packages[2]!.name]);
  assert.equal(full.room, 'full');
  assert.deepEqual([full.unsent, full.sent, full.waitingHours], [2, 0, 1]);
  assert.equal((await disk.hours.waiting()).length, 1);
});

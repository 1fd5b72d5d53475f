import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { REAL_TIME } from '../time/index.ts';
import { exportMonth, packagesOfMonth } from './export-month.ts';
import { packHours } from './pack-hours.ts';
import { markSent, storedPackages } from './stored-packages.ts';
import { closeHour, hoursFrom, type MeterOnDisk, meterOnDisk, readWhole } from './testing.ts';

const exportOf = (disk: MeterOnDisk, month = '2023-01') =>
  exportMonth({ ...disk, month, out: join(disk.dir, '..', 'carried'), time: REAL_TIME });

test('a month is carried as it is stored: sent or not, with two days around it, hours that wait packed first', async (t) => {
  const disk = await meterOnDisk(t);
  const pack = () => packHours({ ...disk, folder: disk.places.packages, time: REAL_TIME });
  for (const day of ['2022-12-29', '2022-12-30', '2023-01-15', '2023-02-02', '2023-02-03']) {
    await closeHour(disk.dir, `${day}T00:00:00Z`);
    if (day !== '2023-02-03') await pack();
  }
  const [first, second] = await storedPackages(disk.places.packages);
  await markSent(disk.places, first!, 0);
  await markSent(disk.places, second!, 0);
  await closeHour(disk.dir, '2023-01-31T23:00:00Z');
  const exported = await exportOf(disk);
  assert.deepEqual(
    exported.map(({ name, month, hours, sent, copied }) => [name.slice(-16, -3), month, hours, sent, copied]),
    [
      ['2022-12-30T00', '2022-12', 1, true, true],
      ['2023-01-15T00', '2023-01', 1, false, true],
      ['2023-02-02T00', '2023-02', 1, false, true],
      ['2023-01-31T23', '2023-01', 1, false, true],
    ],
  );
  assert.deepEqual(await disk.hours.waiting(), []);
  const lying = await packagesOfMonth(disk.dir, '2023-01');
  assert.deepEqual(
    lying.map(({ name }) => name),
    exported.map(({ name }) => name),
  );
  for (const { path, name, sha256, bytes } of exported) {
    const copy = await readFile(path);
    assert.equal(createHash('sha256').update(copy).digest('hex'), sha256);
    assert.equal(copy.length, bytes);
    await readWhole(path, disk.meter);
    const [folder] = name.includes('2022-12-30') ? [disk.places.sent] : [disk.places.packages];
    assert.ok(copy.equals(await readFile(join(folder, name))));
  }
  assert.deepEqual(
    (await exportOf(disk)).map(({ copied }) => copied),
    [false, false, false, false],
  );
});

test('a file of other bytes under the name of a package is told, and nothing is copied', async (t) => {
  const disk = await meterOnDisk(t);
  for (const hour of hoursFrom('2023-01-31T23:00:00Z', 2)) await closeHour(disk.dir, hour);
  const [first, second] = await exportOf(disk);
  const before = await readFile(first!.path);
  await writeFile(second!.path, 'something else');
  const out = join(first!.path, '..');
  await rm(first!.path);
  await assert.rejects(exportOf(disk), { code: 'export-differs', faults: [second!.path] });
  assert.deepEqual(await readdir(out), [basename(second!.path)]);
  await writeFile(first!.path, before);
  await rm(second!.path);
  assert.deepEqual(
    (await exportOf(disk)).map(({ copied }) => copied),
    [false, true],
  );
});

test('a month that is none, and a meter that is not activated, are refused', async (t) => {
  const disk = await meterOnDisk(t);
  await assert.rejects(exportOf(disk, '2023-13'), RangeError);
  assert.deepEqual(await exportOf(disk), []);
  const { agent, key } = JSON.parse(await readFile(join(disk.dir, 'meter.json'), 'utf8'));
  await writeFile(join(disk.dir, 'meter.json'), JSON.stringify({ agent, key }));
  await assert.rejects(exportOf(disk), { code: 'not-activated' });
});

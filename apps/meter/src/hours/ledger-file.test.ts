import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR } from '@meterhouse/metering';
import { InjectedTime } from '../time/testing.ts';
import { NO_LABELS } from './labels.ts';
import { LedgerError } from './ledger-error.ts';
import { openLedger } from './open-ledger.ts';
import { PLAIN } from './privacy.ts';
import {
  becomes,
  changesReading,
  inventory,
  inventoryReading,
  machine,
  readHours,
  TEN,
  TestJournal,
  testLedger,
} from './testing.ts';

test('wherever the last block was torn off, everything before it is used', async (t) => {
  const lab = await testLedger(t);
  const path = join(lab.folder, 'ledger.ndjson');
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 100, becomes(TEN + 50, machine(1, { vcpus: 4 }))));
  const whole = await readFile(path);
  await lab.ledger.take(changesReading(TEN + 200, becomes(TEN + 150, machine(1, { vcpus: 8 }))));
  const more = await readFile(path);
  assert.ok(more.length - whole.length > 100);
  for (let length = whole.length; length < more.length; length += 13) {
    await lab.ledger.close();
    await writeFile(path, more.subarray(0, length));
    await lab.reopen();
    assert.equal(lab.ledger.since, TEN + 100, `${length}`);
    assert.equal((await readFile(path)).length, whole.length, 'the torn rest is cut off');
  }
  for (const [at, byte] of [
    [whole.length + 10, 0],
    [more.length - 3, 0x67],
  ] as const) {
    await lab.ledger.close();
    await writeFile(path, more.with(at, byte));
    await lab.reopen();
    assert.equal(lab.ledger.since, TEN + 100, 'a byte that the disk changed');
  }
});

test('a ledger that cannot be read is put aside and told, and metering begins anew', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + HOUR));
  await lab.ledger.close();
  await truncate(join(lab.folder, 'ledger.ndjson'), 40);
  await lab.reopen();
  assert.equal(lab.ledger.since, undefined);
  assert.equal(lab.journal.messages('ledger-damaged').length, 1);
  assert.ok((await readdir(lab.folder)).some((name) => name.startsWith('ledger.damaged-')));
  assert.deepEqual(await lab.listed(), ['10 collected'], 'hours that were closed are untouched');
  await lab.ledger.take(inventoryReading(TEN + HOUR + 60, inventory([machine(1)])));
});

test('what was taken is there again after a restart, to the last byte', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)])));
  await lab.ledger.take(
    changesReading(TEN + HOUR + 10, becomes(TEN + HOUR + 5, machine(1, { power: 'off' }))),
  );
  const before = lab.ledger.status();
  await lab.reopen();
  assert.deepEqual(lab.ledger.status(), { ...before, watching: false });
  const text = await readFile(join(lab.folder, 'ledger.ndjson'));
  await lab.reopen();
  assert.ok(text.equals(await readFile(join(lab.folder, 'ledger.ndjson'))), 'opening changes nothing');
});

test('a full disk leaves no half hour, says so, and the hour is closed when there is room again', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'hours-full-'));
  const disk = join(root, 'disk');
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    await rm(root, { recursive: true });
    t.skip('a small file system can be mounted by root only');
    return;
  }
  const open = () =>
    openLedger({
      folder: join(disk, 'lab'),
      time: new InjectedTime(TEN * 1000),
      journal: new TestJournal(),
      labels: NO_LABELS,
      privacy: PLAIN,
    });
  const full = (error: unknown) =>
    error instanceof LedgerError && error.code === 'disk-full' && /No space is left/.test(error.message);
  const ballast = join(disk, 'ballast');
  const fillUp = async (leave: number) => {
    await writeFile(ballast, Buffer.alloc(2_000_000)).catch(() => undefined);
    const size = (await readFile(ballast)).length;
    await truncate(ballast, size - leave);
  };
  const machines = Array.from({ length: 200 }, (_, index) =>
    machine(index + 1, { name: `${Math.random()}`.repeat(20) }),
  );
  const ledger = await open();
  t.after(async () => {
    await ledger.close();
    execFileSync('umount', [disk]);
    await rm(root, { recursive: true });
  });
  await ledger.take(inventoryReading(TEN, inventory(machines)));
  // Room for the reading, none for the hour: the reading stands.
  await fillUp(8192);
  await assert.rejects(ledger.take(changesReading(TEN + HOUR)), full);
  assert.equal(ledger.since, TEN + HOUR);
  // No room for anything: nothing of it stands.
  await fillUp(0);
  const all = machines.map((one) => becomes(TEN + HOUR + 5, { ...one, power: 'off' }));
  ledger.begin();
  await assert.rejects(
    ledger.take(inventoryReading(TEN + HOUR + 9, inventory(all.map(({ state }) => state)))),
    full,
  );
  assert.equal(ledger.since, TEN + HOUR);
  assert.deepEqual(await readHours(disk), []);
  assert.deepEqual(await readdir(join(disk, 'lab', 'closing')), []);
  await rm(ballast);
  ledger.begin();
  await ledger.take(inventoryReading(TEN + HOUR, inventory(machines)));
  const [hour] = await readHours(disk);
  assert.equal(hour!.listed.status, 'collected');
  assert.equal(hour!.vm.length, 200);
});

test('hours are taken away by one rename, and what a crash left of that is no hour', async (t) => {
  const lab = await testLedger(t);
  const { closedHours } = await import('./waiting-hours.ts');
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 3 * HOUR));
  const hours = closedHours(lab.root);
  const waiting = await hours.waiting();
  assert.deepEqual(
    waiting.map(({ listed }) => listed.hour.slice(11, 13)),
    ['10', '11', '12'],
  );
  await hours.remove(waiting.slice(0, 2));
  await hours.remove(waiting.slice(0, 1));
  assert.deepEqual(
    (await hours.waiting()).map(({ listed }) => listed.hour.slice(11, 13)),
    ['12'],
  );
  assert.equal(lab.ledger.status().waiting, 1);
  assert.deepEqual(await closedHours(join(lab.root, 'nothing-here')).waiting(), []);
});

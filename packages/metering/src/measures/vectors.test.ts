/** The test vectors of the billing rules, one test a row. A whole month of 720 hours unless the name says otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmHistoryRows } from '../reports/vm-history.ts';
import { matches } from '../rules/where.ts';
import { coreAverage } from './core-average.ts';
import { coreLicences, coreLicencesOf } from './core-licences.ts';
import { addDecimals, points, roundHalfAway } from './decimal.ts';
import { APRIL, clusterFor, FEBRUARY, GB, hostFor, JANUARY, vmFor } from './example.ts';
import { parseMonth } from './month.ts';
import { overageCoreHours } from './overage-core-hours.ts';
import type { VmSpan } from './spans.ts';
import { billedHalfMib, type Cap, vramAverage } from './vram.ts';
import { rawAddon, vsanRawAddon } from './vsan-raw-addon.ts';

const average = (spans: readonly VmSpan[], month = APRIL, cap: Cap = 'each-instant') =>
  roundHalfAway(vramAverage(spans, month, cap));
/** A VM of so many GB the whole month. */
const whole = (gb: number, reservation = 0) =>
  average(vmFor(720, { memoryMib: gb * GB, reservationMib: reservation * GB }));

test('4096 MiB, no reservation: 2048 MiB billed', () => {
  assert.equal(billedHalfMib({ memoryMib: 4096, reservationMib: 0 }, 'each-instant') / 2, 2048);
});

test('4 GB, reservation 0: 2 GB', () => assert.equal(whole(4), '2.000'));

test('10 GB, reservation 9 (90 %): 9 GB', () => assert.equal(whole(10, 9), '9.000'));

test('days 28, 29, 30, 31: 672, 696, 720, 744 h', () => {
  const hours = ['2023-02', '2024-02', '2023-04', '2023-01'].map((month) => parseMonth(month).hours);
  assert.deepEqual(hours, [672, 696, 720, 744]);
});

test('5 GB average at 10 points per GB: 50 points', () => {
  assert.equal(whole(10), '5.000');
  assert.equal(points(whole(10), '10'), '50.000');
});

test('3 GB average at 10 points, plus a 4-point product: 34 points', () => {
  assert.equal(addDecimals(points(whole(6), '10'), points('1.000', '4')), '34.000');
});

test('hosts 2 x 8 and 2 x 24 cores: 32 + 48 = 80 core licences', () => {
  const small = hostFor(1, { host: 'a', sockets: 2, coresPerSocket: 8 });
  const large = hostFor(1, { host: 'b', sockets: 2, coresPerSocket: 24 });
  assert.deepEqual([coreLicencesOf(small[0]!), coreLicencesOf(large[0]!)], [32n, 48n]);
  assert.equal(roundHalfAway(coreLicences([...small, ...large])), '80.000');
});

test('a 10-core CPU: 16 core licences', () => {
  assert.equal(roundHalfAway(coreLicences(hostFor(720, { sockets: 1, coresPerSocket: 10 }))), '16.000');
});

test('3 hosts, 1 x 8 cores, 3.840 TiB each, 1 TiB entitled per core: 48 cores; raw 11.520; add-on -36', () => {
  const hosts = ['a', 'b', 'c'].flatMap((host) => hostFor(1, { host, sockets: 1, coresPerSocket: 8 }));
  // 11.520 TiB are 12,079,595.52 MiB.
  const clusters = clusterFor(1, { vsanRawMib: 12_079_595 });
  const entitlement = { entitledTibPerCore: '1', addon: 'difference' } as const;
  assert.equal(roundHalfAway(coreLicences(hosts)), '48.000');
  assert.equal(roundHalfAway({ numerator: 12_079_595n, denominator: 1_048_576n }), '11.520');
  assert.equal(rawAddon(12_079_595n, 48n, entitlement), -36n);
  assert.equal(roundHalfAway(vsanRawAddon(clusters, hosts, entitlement)), '-36.000');
});

test('contract A has 2,000 cores, B 3,000; A uses 2,100, B 1,000, for one hour: 100 overage core-hours', () => {
  const a = overageCoreHours(hostFor(1, { sockets: 100, coresPerSocket: 21 }), 0, 2000n);
  const b = overageCoreHours(hostFor(1, { sockets: 100, coresPerSocket: 10 }), 0, 3000n);
  assert.equal(addDecimals(roundHalfAway(a), roundHalfAway(b)), '100.000');
});

test('commit 100; 120 cores for 10 h, 90 for 710 h: 200 overage core-hours', () => {
  const hosts = [
    ...hostFor(10, { sockets: 1, coresPerSocket: 120 }),
    ...hostFor(710, { from: 10, sockets: 1, coresPerSocket: 90 }),
  ];
  assert.equal(roundHalfAway(overageCoreHours(hosts, 0, 100n)), '200.000');
});

test('4 GB with reservation 1, 2, 3, 4: 2, 2, 3, 4 GB', () => {
  assert.deepEqual(
    [whole(4, 1), whole(4, 2), whole(4, 3), whole(4, 4)],
    ['2.000', '2.000', '3.000', '4.000'],
  );
});

test('16 GB, reservation 12: 12 GB (a sum rule would say 14)', () => assert.equal(whole(16, 12), '12.000'));

test('48 GB; 64 GB; 64 GB with reservation 40: 24; 24; 24', () => {
  assert.deepEqual([whole(48), whole(64), whole(64, 40)], ['24.000', '24.000', '24.000']);
});

test('8 GB for 360 of 720 h: 2.000', () => {
  assert.equal(average(vmFor(360, { memoryMib: 8 * GB })), '2.000');
});

test('4 GB for 100 h of 744; of 672: 0.269; 0.298', () => {
  assert.equal(average(vmFor(100, { memoryMib: 4 * GB }, JANUARY), JANUARY), '0.269');
  assert.equal(average(vmFor(100, { memoryMib: 4 * GB }, FEBRUARY), FEBRUARY), '0.298');
});

test('2 x 16-core host, a VM on in 500 of 744 hours: 21.505 average cores', () => {
  const hosts = [
    ...hostFor(500, { sockets: 2, coresPerSocket: 16 }, JANUARY),
    ...hostFor(244, { from: 500, sockets: 2, coresPerSocket: 16, runningVms: 0 }, JANUARY),
  ];
  assert.equal(roundHalfAway(coreAverage(hosts, JANUARY)), '21.505');
});

test('64 GB for 360 h, then 16 GB for 360 h: 16.000 each-instant; 20.000 monthly-average', () => {
  const spans = [...vmFor(360, { memoryMib: 64 * GB }), ...vmFor(360, { from: 360, memoryMib: 16 * GB })];
  assert.equal(average(spans, APRIL, 'each-instant'), '16.000');
  assert.equal(average(spans, APRIL, 'monthly-average'), '20.000');
  assert.equal(average(vmFor(720, { memoryMib: 64 * GB }), APRIL, 'monthly-average'), '24.000');
  assert.equal(average(vmFor(720, { memoryMib: 64 * GB }), APRIL, 'none'), '32.000');
});

test('VM moves from a rental to a perpetual host half way: only the first half counts', () => {
  const spans = [
    ...vmFor(360, { memoryMib: 8 * GB, host: 'a', licenseCategory: 'rental' }),
    ...vmFor(360, { from: 360, memoryMib: 8 * GB, host: 'b', licenseCategory: 'perpetual' }),
  ];
  const billable = spans.filter((span) => matches({ licenseCategory: ['rental', 'unknown'] }, span));
  assert.equal(average(billable), '2.000');
});

test('VM moves between two rental hosts: the same total as without a move, two history spans', () => {
  const stays = vmFor(720, { memoryMib: 8 * GB, host: 'a' });
  const moves = stays.map((span, index) => (index < 360 ? span : { ...span, host: 'b' }));
  assert.equal(average(moves), average(stays));
  assert.equal(vmHistoryRows(stays, () => 'each-instant').length, 1);
  assert.equal(vmHistoryRows(moves, () => 'each-instant').length, 2);
});

test('three VMs of 1/3 GB average each: 1.000 in the aggregate, 0.333 each', () => {
  const vms = ['a', 'b', 'c'].map((vm) => vmFor(240, { vm, memoryMib: 2 * GB }));
  assert.deepEqual(
    vms.map((spans) => average(spans)),
    ['0.333', '0.333', '0.333'],
  );
  assert.equal(average(vms.flat()), '1.000');
});

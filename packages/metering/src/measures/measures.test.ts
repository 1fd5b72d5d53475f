import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coreHours, coreHoursByKey } from './core-hours.ts';
import { coreLicences } from './core-licences.ts';
import { absencesOf, coverage } from './coverage.ts';
import { addDecimals, points, roundHalfAway } from './decimal.ts';
import { APRIL, clusterFor, GB, hostFor, vmFor } from './example.ts';
import { gbHours } from './gb-hours.ts';
import { HOUR, parseMonth } from './month.ts';
import type { VmSpan } from './spans.ts';
import { storageGbAverage } from './storage-average.ts';
import { vcpuHours } from './vcpu-hours.ts';
import { vmCount } from './vm-count.ts';
import { type Cap, vramAverage } from './vram.ts';
import { vsanRawAddon } from './vsan-raw-addon.ts';
import { vsanUsedAverage } from './vsan-used.ts';

const ratio = (numerator: bigint, denominator: bigint) => roundHalfAway({ numerator, denominator });

test('a figure is rounded once, half away from zero, and always has 3 decimals', () => {
  assert.equal(ratio(1n, 2000n), '0.001');
  assert.equal(ratio(-1n, 2000n), '-0.001');
  assert.equal(ratio(4999n, 10_000_000n), '0.000');
  assert.equal(ratio(-4999n, 10_000_000n), '0.000');
  assert.equal(ratio(0n, 7n), '0.000');
  assert.equal(ratio(2n ** 120n, 1n), `${2n ** 120n}.000`);
  assert.throws(() => ratio(1n, 0n), RangeError);
});

test('points are exact, with decimals beyond the third only where they say something', () => {
  assert.equal(points('2.048', '7'), '14.336');
  assert.equal(points('0.333', '0.25'), '0.08325');
  assert.equal(points('-36.000', '4.50'), '-162.000');
  assert.equal(points('123456789012345678901234567890.123', '1'), '123456789012345678901234567890.123');
  assert.equal(addDecimals('0.1', '0.2', '-0.0005'), '0.2995');
  assert.throws(() => points('1e3', '1'), RangeError);
});

/** Spans of a few VMs that do not overlap, cut anywhere. */
const spans = fc
  .array(
    fc.record({
      vm: fc.constantFrom('a', 'b', 'c'),
      hour: fc.nat(719),
      started: fc.nat(3598),
      length: fc.integer({ min: 1, max: 3600 }),
      memoryMib: fc.nat(200 * GB),
      reservationMib: fc.nat(60 * GB),
      vcpus: fc.nat(64),
      storageMib: fc.maxSafeNat(),
      power: fc.constantFrom('on' as const, 'off' as const, 'suspended' as const),
    }),
    { maxLength: 40 },
  )
  .map((list) => {
    const seen = new Set<string>();
    return list.flatMap(({ vm, hour, started, length, ...rest }): VmSpan[] => {
      if (seen.has(`${vm} ${hour}`)) return [];
      seen.add(`${vm} ${hour}`);
      const first = APRIL.first + hour * HOUR;
      const ended = Math.min(first + started + length, first + HOUR);
      return vmFor(1, { ...rest, vm, from: hour, started: first + started, ended });
    });
  });

const sums: { readonly [name: string]: (list: readonly VmSpan[]) => unknown } = {
  'vram-average each-instant': (list) => vramAverage(list, APRIL, 'each-instant' satisfies Cap),
  'vram-average monthly-average': (list) => vramAverage(list, APRIL, 'monthly-average'),
  'vram-average none': (list) => vramAverage(list, APRIL, 'none'),
  'vcpu-hours': vcpuHours,
  'gb-hours': gbHours,
  'storage-gb-average': (list) => storageGbAverage(list, APRIL),
  'vm-count': vmCount,
};

for (const [name, measure] of Object.entries(sums))
  test(`${name} does not depend on the order of spans, nor on where they are cut`, () => {
    fc.assert(
      fc.property(spans, fc.infiniteStream(fc.nat()), (list, random) => {
        const cut = list.flatMap((span) => {
          const length = span.ended - span.started;
          if (length < 2) return [span];
          const at = span.started + 1 + ((random.next().value as number) % (length - 1));
          return [
            { ...span, started: at },
            { ...span, ended: at },
          ];
        });
        const shuffled = cut
          .map((span) => [random.next().value as number, span] as const)
          .sort(([a], [b]) => a - b)
          .map(([, span]) => span);
        assert.deepEqual(measure(shuffled), measure(list));
      }),
    );
  });

test('the sums of parts are the sum of the whole, so that rows can be added before they are rounded', () => {
  fc.assert(
    fc.property(spans, fc.nat(40), (list, at) => {
      const parts = [list.slice(0, at), list.slice(at)].map(
        (part) => vramAverage(part, APRIL, 'each-instant').numerator,
      );
      assert.equal(parts[0]! + parts[1]!, vramAverage(list, APRIL, 'each-instant').numerator);
    }),
  );
});

test('what is off is not billed by memory and processors, but keeps its storage and is counted', () => {
  const off = vmFor(720, { power: 'off', storageMib: 2048 });
  assert.equal(roundHalfAway(vramAverage(off, APRIL, 'each-instant')), '0.000');
  assert.equal(roundHalfAway(vcpuHours(off)), '0.000');
  assert.equal(roundHalfAway(gbHours(off)), '0.000');
  assert.equal(roundHalfAway(storageGbAverage(off, APRIL)), '2.000');
  assert.equal(roundHalfAway(vmCount(off)), '1.000');
});

test('4 vCPU and 8 GB for 10 hours are 40 vCPU-hours and 80 GB-hours', () => {
  const spans = vmFor(10, { vcpus: 4, memoryMib: 8 * GB });
  assert.equal(roundHalfAway(vcpuHours(spans)), '40.000');
  assert.equal(roundHalfAway(gbHours(spans)), '80.000');
});

test('the same VM in two products is two', () => {
  assert.equal(vmCount([...vmFor(2), ...vmFor(2, { product: 'another' })]).numerator, 2n);
});

test('a host counts the full hour under the key of its last span with a running VM', () => {
  const [hour] = hostFor(1, { sockets: 2, coresPerSocket: 8 });
  const third = (index: number, change: object) => ({
    ...hour!,
    started: hour!.hour + index * 1200,
    ended: hour!.hour + (index + 1) * 1200,
    ...change,
  });
  const spans = [
    third(2, { license: 'C', runningVms: 0 }),
    third(1, { license: 'B', coresPerSocket: 10 }),
    third(0, { license: 'A' }),
  ];
  assert.deepEqual(coreHoursByKey(spans, 0), [{ hour: hour!.hour, license: 'B', cores: 20n }]);
  assert.deepEqual(coreHoursByKey(spans, 16), [{ hour: hour!.hour, license: 'B', cores: 32n }]);
  assert.equal(coreHours(spans, 0).numerator, 20n);
});

test('core licences of a month are those of its highest hour', () => {
  const spans = [
    ...hostFor(10, { host: 'a', sockets: 1, coresPerSocket: 16 }),
    ...hostFor(1, { from: 4, host: 'b', sockets: 1, coresPerSocket: 40 }),
    ...hostFor(1, { from: 5, host: 'c', sockets: 9, coresPerSocket: 40, runningVms: 0 }),
  ];
  assert.equal(coreLicences(spans).numerator, 56n);
  assert.equal(coreLicences([]).numerator, 0n);
});

test('used vSAN capacity is averaged over the whole month', () => {
  assert.equal(roundHalfAway(vsanUsedAverage(clusterFor(360, { vsanUsedMib: 100 * GB }), APRIL)), '50.000');
});

test('the raw add-on is taken from each cluster alone, and of a month the highest hour', () => {
  const tib = 1_048_576;
  const entitlement = { entitledTibPerCore: '0.25', addon: 'difference' } as const;
  const hosts = [
    ...hostFor(2, { sockets: 1, coresPerSocket: 16 }),
    ...hostFor(2, { host: 'b', cluster: 'silver', sockets: 1, coresPerSocket: 16 }),
  ];
  const clusters = [
    ...clusterFor(1, { vsanRawMib: 5 * tib + 1 }),
    ...clusterFor(1, { from: 1, vsanRawMib: 4 * tib }),
    ...clusterFor(2, { cluster: 'silver', vsanRawMib: 3 * tib }),
  ];
  assert.equal(vsanRawAddon(clusters, hosts, entitlement).numerator, 1n);
  assert.equal(vsanRawAddon(clusters, hosts, { ...entitlement, addon: 'all-once-above' }).numerator, 6n);
  assert.equal(vsanRawAddon(clusterFor(1, { vsanRawMib: 1 }), [], entitlement).numerator, 1n);
});

test('a product that is listed again after its retirement is expected again, also in later months without an hour of it', () => {
  const MAY = parseMonth('2023-05');
  const hour = (index: number) => APRIL.first + index * HOUR;
  const listed = [0, 1, 2, 10, 11, 800].map(hour);
  // Retired at 3, back at 10; retired at 12 and, once more, at 500, back in May at 800; that it was not away at 2 is no absence.
  const absences = absencesOf([500, 3, 12, 2].map(hour), listed);
  assert.deepEqual(absences, [
    { from: hour(3), to: hour(10) },
    { from: hour(12), to: hour(800) },
  ]);
  const life = { firstHour: hour(0), absences };
  const in_ = (month: typeof APRIL, now: number) =>
    coverage(
      life,
      listed
        .filter((at) => at >= month.first && at < month.last)
        .map((at) => ({ hour: at, status: 'collected' as const })),
      month,
      now,
    );
  assert.deepEqual(in_(APRIL, hour(2000)), { expected: 5 * HOUR, covered: 5 * HOUR, missing: 0 });
  assert.deepEqual(in_(APRIL, hour(8)), { expected: 3 * HOUR, covered: 3 * HOUR, missing: 0 });
  assert.equal(in_(MAY, hour(2000)).expected, MAY.last - hour(800));
  assert.equal(in_(MAY, hour(2000)).missing, MAY.last - hour(801));
  // It vanished: no package lists an hour of June, and none has retired it again.
  assert.equal(in_(parseMonth('2023-06'), hour(3000)).missing, 720 * HOUR);
  assert.equal(
    coverage({ firstHour: hour(0), absences: absencesOf([hour(3)], [hour(0)]) }, [], MAY, hour(2000))
      .expected,
    0,
  );
});

test('expected is the month from the first hour on, to two hours before now; missing is what was not covered of it', () => {
  const hour = (index: number) => APRIL.first + index * HOUR;
  const collected = Array.from({ length: 10 }, (_, index) => ({
    hour: hour(index),
    status: 'collected' as const,
  }));
  const life = { firstHour: hour(-100) };
  assert.deepEqual(coverage(life, collected, APRIL, hour(2000)), {
    expected: 720 * HOUR,
    covered: 10 * HOUR,
    missing: 710 * HOUR,
  });
  assert.deepEqual(coverage(life, collected, APRIL, hour(12) + 1800), {
    expected: 10 * HOUR,
    covered: 10 * HOUR,
    missing: 0,
  });
  assert.deepEqual(coverage(life, collected, APRIL, hour(5)), {
    expected: 3 * HOUR,
    covered: 3 * HOUR,
    missing: 0,
  });
  assert.deepEqual(coverage(life, collected, APRIL, hour(-5)), { expected: 0, covered: 0, missing: 0 });
  assert.equal(coverage({ firstHour: hour(4) }, collected.slice(4), APRIL, hour(2000)).expected, 716 * HOUR);
  assert.equal(
    coverage({ ...life, absences: [{ from: hour(12), to: Infinity }] }, collected, APRIL, hour(2000)).missing,
    2 * HOUR,
  );
  assert.deepEqual(coverage({ firstHour: hour(800) }, [], APRIL, hour(2000)), {
    expected: 0,
    covered: 0,
    missing: 0,
  });
  const partial = {
    hour: hour(0),
    status: 'partial' as const,
    covered: [
      [hour(0), hour(0) + 600],
      [hour(0) + 900, hour(1)],
    ] as const,
  };
  assert.equal(
    coverage(life, [partial, { hour: hour(1), status: 'unreachable' }], APRIL, hour(4)).missing,
    300 + HOUR,
  );
});

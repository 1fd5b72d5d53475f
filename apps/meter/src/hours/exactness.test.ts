/** Every second of every machine, against a world that lives second by second. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR, instantOf } from '@meterhouse/metering';
import fc from 'fast-check';
import type { ProductLog } from '../inventory/index.ts';
import { inventoryReading, PRODUCT, type ReadHour, TEN, testLedger } from './testing.ts';
import {
  checkHosts,
  coveredBy,
  expectedAt,
  INCIDENTS,
  inventoryOf,
  play,
  TENANTS,
  toldBy,
  worldAt,
} from './testing-world.ts';

const LENGTH = 4 * HOUR;

/** What the meter lives through: it watches `for` so many seconds, then is `away`. */
const FATES = fc.array(
  fc.record({
    for: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 600, max: 2 * HOUR })),
    ends: fc.constantFrom('lost', 'restart', 'restart-watching'),
    away: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 60, max: 2 * HOUR })),
    log: fc.boolean(),
    pace: fc.constantFrom(7, 61, 600, 1800),
    late: fc.boolean(),
    ticks: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

test('every second that is told of is as it was, whatever happens to the meter and to the product', async (t) => {
  const seenKinds = new Set<string>();
  const property = fc.asyncProperty(
    INCIDENTS(LENGTH),
    FATES,
    fc.integer({ min: 0, max: HOUR }),
    async (incidents, fates, start) => {
      const cleanups: (() => unknown)[] = [];
      const lab = await testLedger(
        { after: (done) => cleanups.push(done as () => unknown) },
        { labels: TENANTS, inMemory: true },
      );
      try {
        const { events, worlds } = play(incidents);
        const watchedSeconds: [number, number][] = [];
        const unprovable: [number, number][] = [];
        const mustBeProven: [number, number][] = [];
        let now = TEN + start;
        for (const fate of fates) {
          lab.time.advanceTo(now * 1000);
          const since = lab.ledger.since;
          lab.ledger.begin();
          const log: ProductLog | undefined =
            fate.log && since !== undefined
              ? {
                  from: since,
                  happenings: events.flatMap(({ at, happening }) =>
                    happening !== undefined && at > since && at <= now ? [happening] : [],
                  ),
                }
              : undefined;
          await lab.ledger.take(inventoryReading(now, inventoryOf(worldAt(worlds, now)), log));
          if (since !== undefined && since < now) {
            const happened = events.some(({ at }) => at > since && at <= now);
            if (log === undefined) unprovable.push([since, now]);
            else if (!happened) mustBeProven.push([since, now]);
          }
          const end = now + fate.for;
          let told = now;
          let held: (typeof events)[number][] = [];
          while (told < end) {
            const next = Math.min(end, told + fate.pace);
            const changes = [...held, ...events.filter(({ at }) => at > told && at <= next)];
            // Told one reading late, where its hour is still open then.
            const later = Math.min(end, next + fate.pace);
            const hourEnd = (Math.floor(told / HOUR) + 1) * HOUR;
            const onlyMachines = changes.every(({ change }) => change.kind === 'machine');
            held =
              fate.late && onlyMachines && later > next && later < hourEnd
                ? changes.filter(({ at, thing }) => at > told && thing % 2 === 0)
                : [];
            const toldNow = changes.filter((event) => !held.includes(event));
            await lab.ledger.take({
              kind: 'changes',
              seen: next,
              changes: toldNow.map(({ change }) => change),
            });
            if (fate.ends === 'restart-watching' && told === now && held.length === 0) {
              // A restart that takes no time by the product's clock.
              await lab.reopen();
              lab.ledger.begin();
              await lab.ledger.take(inventoryReading(next, inventoryOf(worldAt(worlds, next))));
            }
            told = next;
          }
          watchedSeconds.push([now, end]);
          now = end + fate.away;
          lab.time.advanceTo(now * 1000);
          if (fate.ends === 'restart') await lab.reopen();
          if (fate.ticks)
            for (let tick = end; tick < now; tick += 900) await lab.ledger.unreachable('timed-out', tick);
        }
        const all = await lab.hours();
        const within = (spans: readonly [number, number][]) => (second: number) =>
          spans.some(([from, to]) => second >= from && second < to);
        const watched = within(watchedSeconds);
        const best = new Map<string, ReadHour>();
        for (const hour of all) {
          const before = best.get(hour.listed.hour);
          if (before !== undefined) {
            assert.equal(hour.version, before.version + 1);
            const [less, more] = [coveredBy(before), coveredBy(hour)];
            const first = instantOf(hour.listed.hour);
            const seconds = Array.from({ length: HOUR }, (_, index) => first + index);
            assert.ok(
              seconds.every((second) => !less(second) || more(second)),
              'a better reading covers all and more',
            );
            assert.ok(seconds.some((second) => more(second) && !less(second)));
          }
          best.set(hour.listed.hour, hour);
        }
        const lastSeen = lab.ledger.since!;
        const expectedHours = Math.max(0, Math.floor(lastSeen / HOUR) - Math.floor((TEN + start) / HOUR));
        assert.ok(best.size >= expectedHours, 'every hour that is over is closed');
        for (const hour of best.values()) {
          seenKinds.add(`${hour.listed.status}${hour.version > 1 ? ' again' : ''}`);
          assert.equal(hour.product.id, PRODUCT.id);
          const covered = coveredBy(hour);
          const told = toldBy(hour);
          checkHosts(hour, worlds, watched);
          const first = instantOf(hour.listed.hour);
          for (let second = first; second < first + HOUR; second += 1) {
            if (watched(second) || within(mustBeProven)(second))
              assert.ok(covered(second), `${second - TEN} is covered`);
            if (within(unprovable)(second) || second < TEN + start)
              assert.ok(!covered(second), `${second - TEN} is not covered`);
            const { full, bills } = told.get(second) ?? { full: [], bills: [] };
            const world = worldAt(worlds, second);
            if (!covered(second)) assert.deepEqual(full, []);
            else if (watched(second))
              assert.deepEqual(full.sort(), expectedAt(world, false), `${second - TEN}`);
            else {
              seenKinds.add('proven');
              assert.deepEqual(bills.sort(), expectedAt(world, true), `${second - TEN}, proven`);
            }
          }
        }
      } finally {
        for (const cleanup of cleanups.reverse()) await cleanup();
      }
    },
  );
  // The same lives each time, which are known to have every kind of hour; then others.
  await fc.assert(property, { seed: 1, numRuns: 30 });
  for (const kind of ['collected', 'partial', 'unreachable', 'collected again', 'partial again', 'proven'])
    assert.ok(seenKinds.has(kind), `no run had an hour that was ${kind}`);
  await fc.assert(property, { numRuns: Number(process.env.METERHOUSE_HOURS_RUNS ?? 6) });
  t.diagnostic([...seenKinds].join(', '));
});

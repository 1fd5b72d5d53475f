// A process of the tests: it lives through a scripted day with a ledger in the folder that it is given, goes on where an earlier
// one was killed, and says "done" at its end. METERHOUSE_CRASH_AT names where it dies.
import { HOUR } from '@meterhouse/metering';
import { InjectedTime } from '../time/testing.ts';
import { openLedger } from './open-ledger.ts';
import { PLAIN } from './privacy.ts';
import { inventoryReading, TEN, TestJournal } from './testing.ts';
import { type Incident, inventoryOf, play, TENANTS, worldAt } from './testing-world.ts';
import { closedHours } from './waiting-hours.ts';

const INCIDENTS: readonly Incident[] = Array.from({ length: 60 }, (_, index) => ({
  at: TEN + 130 + index * 241,
  what: (
    [
      'power',
      'vcpus',
      'make',
      'move',
      'remove',
      'memory',
      'power',
      'make',
      'rename',
      'reservation',
      'refolder',
    ] as const
  )[index % 11]!,
  thing: index * 7,
  value: index * 5,
})).filter(
  ({ at, what }) => at < TEN + 2.5 * HOUR || at > TEN + 4.4 * HOUR || what === 'power' || what === 'vcpus',
);

const { events, worlds } = play(INCIDENTS);
const [, , root, folder] = process.argv as [string, string, string, string];
const ledger = await openLedger({
  folder,
  time: new InjectedTime((TEN + 6 * HOUR) * 1000),
  journal: new TestJournal(),
  labels: TENANTS,
  privacy: PLAIN,
});
ledger.begin();
let watching = false;

const inventoryAt = (second: number, since?: number) =>
  inventoryReading(
    second,
    inventoryOf(worldAt(worlds, second)),
    since === undefined
      ? undefined
      : {
          from: since,
          happenings: events.flatMap(({ at, happening }) =>
            happening && at >= since && at <= second ? [happening] : [],
          ),
        },
  );

for (let second = TEN + 100; second <= TEN + 5 * HOUR + 400; second += 300) {
  const since = ledger.since;
  if (since !== undefined && second <= since) continue;
  // Nobody reaches the product for a while, in the middle of an hour.
  if (second > TEN + 2.6 * HOUR && second < TEN + 4.3 * HOUR) {
    await ledger.unreachable('timed-out', second);
    watching = false;
  } else if (watching || (since !== undefined && second - since <= 300)) {
    if (!watching) await ledger.take(inventoryAt(since!));
    watching = true;
    const changes = events.filter(({ at }) => at > since! && at <= second);
    await ledger.take({ kind: 'changes', seen: second, changes: changes.map(({ change }) => change) });
  } else {
    await ledger.take(inventoryAt(second, since));
    watching = true;
  }
}
await ledger.close();
process.stdout.write(`done ${(await closedHours(root).waiting()).length}\n`);

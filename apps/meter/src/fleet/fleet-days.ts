import { HOUR, type Month } from '@meterhouse/metering';
import {
  collectedHour,
  DAY,
  type DayHour,
  daysBetween,
  partialHour,
  type UsageDays,
  unreachableHour,
} from '../days/index.ts';
import { derivedUuid } from '../identity/index.ts';
import { makeClusters, makeHosts } from './inventory.ts';
import { makeMachine } from './machine.ts';

export interface FleetShape {
  /** Names the fleet: the same seed and number of machines give the same fleet. */
  readonly seed: string;
  readonly machines: number;
  readonly month: Month;
  /** How many days from the first of the month; the whole month unless said. */
  readonly days?: number;
}

/**
 * A made-up provider's month: several customers, machines that come, go, sleep, move and grow, on hosts under rental,
 * perpetual and demo licences, seen by a meter that lost sight of a vCenter twice.
 */
export function fleetDays({ seed, machines, month, days = 31 }: FleetShape): UsageDays {
  const hosts = makeHosts(machines);
  const clusters = makeClusters(hosts, month.first);
  // All of them, held: 24,000 machines are 60 MB, and to make them anew each day would take longer than their records.
  const fleet = Array.from({ length: machines }, (_, number) => makeMachine(seed, number, hosts, month));
  const products = [0, 1].map((number) => derivedUuid(seed, 'vCenter', String(number)));
  return {
    source: `fleet:${seed}:${machines}:${month.name}`,
    month: month.name,
    starts: daysBetween(month.first, Math.min(month.last, month.first + days * DAY)),
    day: (start) => ({
      start,
      hosts,
      clusters,
      products: products.map((id, product) => ({
        id,
        type: 'vCenter',
        version: product === 0 ? '8.0.3' : '7.0.3',
        hours: Array.from({ length: DAY / HOUR }, (_, hour) => seen(product, month, start + hour * HOUR)),
      })),
      machines: () => fleet,
    }),
  };
}

/** The first vCenter is out of reach for three hours of the 9th and comes back within the next; the second for two of the 17th. */
function seen(product: number, month: Month, hour: number): DayHour {
  const day = Math.floor((hour - month.first) / DAY) + 1;
  const hourOfDay = ((hour - month.first) % DAY) / HOUR;
  if (product === 0 && day === 9) {
    if (hourOfDay >= 2 && hourOfDay < 5) return unreachableHour(hour, 'connection-refused');
    if (hourOfDay === 5)
      return partialHour(hour, [{ from: hour + 1200, to: hour + HOUR }], 'connection-restored');
  }
  if (product === 1 && day === 17 && hourOfDay >= 22) return unreachableHour(hour, 'login-refused');
  return collectedHour(hour);
}

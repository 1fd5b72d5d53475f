/**
 * A trace as days of usage. What it does not tell is made up, the same at each run: one vCenter, hosts of 2 x 16 cores in
 * clusters of up to 16, each under a rental licence of its cluster, a machine on one host for life; no reservation, no
 * storage. A machine of a trace exists from powered_on to powered_off, so it is never seen switched off.
 *
 * Every hour from the trace's first to its last is collected, as far as it lies in the month.
 */
import { formatInstant, HOUR, hourOf, type Month } from '@meterhouse/metering';
import { collectedHour, DAY, daysBetween, type Host, type Machine, type UsageDays } from '../days/index.ts';
import { derivedUuid } from '../identity/index.ts';
import { MeterError } from '../identity/meter-error.ts';
import { arrivalsByDay } from './present.ts';
import type { Trace } from './trace.ts';

const MACHINES_A_HOST = 16;
const MOST_HOSTS = 320;
const HOSTS_A_CLUSTER = 16;

/**
 * The days of the trace that lie in the month.
 * @throws MeterError `trace-refused` when none does
 */
export function traceDays(trace: Trace, agent: string, month: Month): UsageDays {
  const { from, to } = extent(trace, month);
  const product = derivedUuid('trace', agent);
  const hosts = makeHosts(Math.min(MOST_HOSTS, Math.ceil(trace.count / MACHINES_A_HOST)), product);
  const presentOn = arrivalsByDay(trace);
  return {
    source: `trace:${trace.digest}:${month.name}`,
    month: month.name,
    starts: daysBetween(from, to),
    day: (start) => ({
      start,
      hosts,
      clusters: [],
      products: [
        {
          id: product,
          type: 'vCenter',
          version: '8.0.3',
          hours: Array.from({ length: DAY / HOUR }, (_, hour) => {
            const instant = start + hour * HOUR;
            return instant >= from && instant < to ? collectedHour(instant) : undefined;
          }),
        },
      ],
      *machines() {
        for (const row of presentOn(start)) yield machine(trace, row, product, hosts.length);
      },
    }),
  };
}

function machine(trace: Trace, row: number, product: string, hosts: number): Machine {
  const name = trace.names[row]!;
  const id = derivedUuid('vm', product, name);
  return {
    id,
    name: `vm-${name}`,
    storageMib: 0,
    customer: trace.customers[trace.customer[row]!]!,
    services: [],
    stretches: [
      {
        from: trace.on[row]!,
        to: trace.off[row]!,
        // By its name, so that it does not depend on where in the file its row stands.
        host: Number.parseInt(id.slice(0, 8), 16) % hosts,
        power: 'on',
        vcpus: trace.vcpus[row]!,
        memoryMib: trace.memoryMib[row]!,
        reservationMib: 0,
      },
    ],
  };
}

/** From the hour of the first machine's start to the end of the last one's last hour, inside the month. */
function extent(trace: Trace, month: Month): { from: number; to: number } {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < trace.count; row += 1) {
    first = Math.min(first, trace.on[row]!);
    last = Math.max(last, trace.off[row]!);
  }
  const from = Math.max(hourOf(first), month.first);
  const to = Math.min(hourOf(last - 1) + HOUR, month.last);
  if (from >= to) {
    throw new MeterError(
      'trace-refused',
      `The trace runs from ${formatInstant(first)} to ${formatInstant(last)}; no hour of it lies in ${month.name}. Choose its month.`,
    );
  }
  return { from, to };
}

function makeHosts(count: number, product: string): Host[] {
  return Array.from({ length: count }, (_, index) => {
    const cluster = Math.floor(index / HOSTS_A_CLUSTER) + 1;
    return {
      product: 0,
      name: `host-${String(index + 1).padStart(3, '0')}`,
      cluster: `cluster-${String(cluster).padStart(2, '0')}`,
      sockets: 2,
      coresPerSocket: 16,
      memoryMib: 1_048_576,
      license: { key: maskedKey(product, `cluster-${cluster}`), category: 'rental', edition: 'standard' },
      sku: '',
      model: '',
    };
  });
}

/** A licence key as meters report it: masked but for its last five characters. */
function maskedKey(...words: readonly string[]): string {
  return `*****-*****-*****-*****-${derivedUuid('license', ...words)
    .slice(-5)
    .toUpperCase()}`;
}

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JournalStore } from '../journal/index.ts';
import { JOURNAL_CODES } from '../journal/index.ts';
import type { Time } from '../time/index.ts';
import type { MeterControl, MeterStatus, ProductView } from './control.ts';

export interface Metrics {
  readonly contentType: string;
  /** All of it, in the text format of Prometheus. */
  text(): Promise<string>;
  observe(method: string, route: string | undefined, status: number, seconds: number): void;
}

type OfProduct = readonly [
  name: string,
  help: string,
  read: (product: ProductView, now: number) => number | undefined,
];
type OfMeter = readonly [
  name: string,
  help: string,
  read: (status: MeterStatus, now: number) => number | undefined,
];

const seconds = (now: number, since: number | undefined) =>
  since === undefined ? undefined : Math.max(0, (now - since) / 1000);

const ofProducts: readonly OfProduct[] = [
  ['product_reachable', '1 while the product answers, else 0.', ({ state }) => Number(state === 'reached')],
  [
    'product_needs_person',
    '1 while it waits for a person, else 0.',
    ({ state }) => Number(state === 'needs-person'),
  ],
  ['product_paused', '1 while it is paused, else 0.', ({ state }) => Number(state === 'paused')],
  [
    'product_seen_age_seconds',
    'Since the moment up to which everything of it is known.',
    ({ seenUntil }, now) => seconds(now, seenUntil),
  ],
  ['product_clock_skew_seconds', "The product's clock minus the meter's.", ({ skewSeconds }) => skewSeconds],
  ['product_requests_total', 'Requests of its collector since the start.', ({ requests }) => requests],
  ['product_received_bytes_total', 'Bytes that its collector took since the start.', ({ bytes }) => bytes],
];
const ofMeter: readonly OfMeter[] = [
  ['hours_waiting', 'Closed hours that no package holds yet.', ({ hoursWaiting }) => hoursWaiting],
  ['packages_unsent', 'Packages that the service did not take yet.', ({ packagesUnsent }) => packagesUnsent],
  [
    'oldest_unsent_age_seconds',
    'Since the oldest unsent package was made; 0 when none waits.',
    ({ oldestUnsentAt }, now) => seconds(now, oldestUnsentAt ?? now),
  ],
  ['spool_bytes', 'Bytes of packages and waiting hours.', ({ spoolBytes }) => spoolBytes],
  ['spool_limit_bytes', 'Bytes that they may take.', ({ spoolLimitBytes }) => spoolLimitBytes],
  ['up_seconds', 'Since the meter was started.', ({ startedAt }, now) => seconds(now, startedAt)],
];

/** One API's figures; two in one process (tests) do not share any. */
export function createMetrics(control: MeterControl, journal: JournalStore, time: Time): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Looking at the event loop a hundred times a second, as is usual, would be most of what an idle meter does.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 1000 });
  const named = (name: string) => `meterhouse_meter_${name}`;
  /** What its owner counts is taken over as it stands, at each scrape. */
  const figure = (name: string, help: string, labelNames: readonly string[]) => {
    const options = { name: named(name), help, labelNames: [...labelNames], registers };
    if (!name.endsWith('_total')) return new Gauge(options);
    const counter = new Counter(options);
    return { reset: () => counter.reset(), set: counter.inc.bind(counter) };
  };
  const products = ofProducts.map(([name, help, read]) => ({
    figure: figure(name, help, ['product', 'type']),
    read,
  }));
  const meter = ofMeter.map(([name, help, read]) => ({ figure: figure(name, help, []), read }));
  const help = 'Entries of the journal since the start, repeats too.';
  const entries = figure('journal_entries_total', help, ['code', 'severity']);
  const requests = new Histogram({
    name: named('http_request_seconds'),
    help: 'Requests by route, from the first byte of the request to the last of the answer.',
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    labelNames: ['method', 'route', 'status'],
    registers,
  });

  return {
    contentType: registry.contentType,
    async text() {
      const status = await control.status();
      const now = time.now();
      for (const { figure, read } of products) {
        figure.reset();
        for (const product of status.products) {
          const value = read(product, now);
          if (value !== undefined) figure.set({ product: product.name, type: product.type }, value);
        }
      }
      for (const { figure, read } of meter) figure.set({}, read(status, now) ?? 0);
      entries.reset();
      for (const [code, count] of journal.counts())
        entries.set({ code, severity: JOURNAL_CODES[code] }, count);
      return registry.metrics();
    },
    observe(method, route, status, took) {
      requests.observe({ method, route: route ?? 'none', status: String(status) }, took);
    },
  };
}

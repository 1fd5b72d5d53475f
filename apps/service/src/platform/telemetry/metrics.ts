import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Counts up; the name gets the prefix `meterhouse_` and ends in `_total`. */
  counter<Label extends string = never>(
    name: string,
    help: string,
    labels?: readonly Label[],
  ): Counter<Label>;
  /** Goes up and down; `read` is asked at each scrape. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** How long or how large; buckets in the unit that ends the name, such as `_seconds`. */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly Label[],
  ): Histogram<Label>;
  readonly contentType: string;
  /** All of it, in the text format of Prometheus. */
  text(): Promise<string>;
}

/** One service's figures; two services in one process (tests) do not share any. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const named = (name: string) => `meterhouse_${name}`;
  return {
    counter: (name, help, labels = []) =>
      new Counter({ name: named(name), help, labelNames: [...labels], registers }),
    gauge(name, help, read) {
      new Gauge({
        name: named(name),
        help,
        registers,
        async collect() {
          // One figure that cannot be read must not hide the others.
          this.set(await Promise.resolve(read()).catch(() => Number.NaN));
        },
      });
    },
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name: named(name), help, buckets: [...buckets], labelNames: [...labels], registers }),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

/** What `createApp` calls for each answer. The route's pattern is the label, as addresses themselves have no end. */
export function requestObserver(metrics: Metrics) {
  const seconds = metrics.histogram(
    'http_request_seconds',
    'Requests by route, from the first byte of the request to the last of the answer.',
    [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    ['method', 'route', 'status'],
  );
  return (method: string, route: string | undefined, status: number, took: number): void =>
    seconds.observe({ method, route: route ?? 'none', status: String(status) }, took);
}

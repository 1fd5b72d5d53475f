import type { HostRecord } from '@meterhouse/contract';
import { formatInstant, HOUR, recordLine } from '@meterhouse/metering';
import type { DayProduct, Span, UsageDay } from './day.ts';
import type { RunningTally } from './running-tally.ts';

/** The `host` records of a day as NDJSON, a chunk a host: one line for what was seen of each hour. */
export function* hostLines(day: UsageDay, tally: RunningTally): Generator<string, void, undefined> {
  for (const [index, host] of day.hosts.entries()) {
    const product = day.products[host.product]!;
    const constant: Omit<HostRecord, 'hour' | 'started' | 'ended' | 'runningVms'> = {
      product: product.id,
      host: host.name,
      cluster: host.cluster,
      sockets: host.sockets,
      coresPerSocket: host.coresPerSocket,
      memoryMib: host.memoryMib,
      license: host.license.key,
      licenseCategory: host.license.category,
      sku: host.sku,
      model: host.model,
    };
    let lines = '';
    for (const { hour, seen } of seenSpans(day, product)) {
      const runningVms = tally.count(index, (hour - day.start) / HOUR);
      lines += recordLine('host', { ...constant, ...times(hour, seen), runningVms });
    }
    if (lines !== '') yield lines;
  }
}

/** The `cluster` records of a day as NDJSON, a chunk a cluster. */
export function* clusterLines(day: UsageDay): Generator<string, void, undefined> {
  for (const { name, features, edition, vsanRawMib, ...cluster } of day.clusters) {
    const product = day.products[cluster.product]!;
    let lines = '';
    for (const { hour, seen } of seenSpans(day, product)) {
      const vsanUsedMib = cluster.vsanUsedMib(hour);
      const constant = { product: product.id, cluster: name, vsanRawMib, features, edition };
      lines += recordLine('cluster', { ...constant, ...times(hour, seen), vsanUsedMib });
    }
    if (lines !== '') yield lines;
  }
}

function* seenSpans(
  day: UsageDay,
  product: DayProduct,
): Generator<{ hour: number; seen: Span }, void, undefined> {
  for (const [index, listed] of product.hours.entries()) {
    for (const seen of listed?.covered ?? []) yield { hour: day.start + index * HOUR, seen };
  }
}

function times(hour: number, seen: Span) {
  return { hour: formatInstant(hour), started: formatInstant(seen.from), ended: formatInstant(seen.to) };
}

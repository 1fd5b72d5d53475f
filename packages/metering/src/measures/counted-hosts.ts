/**
 * Which hosts count in an hour: those that a VM ran on at any moment of it. Such a host counts with its whole hour, by what
 * its last span with a running VM says (cores, licence key, cluster). Hours of `collected` and `partial` slices alike.
 */
import type { HostSpan } from './spans.ts';

/** One entry for each (product, host, hour), in no particular order. */
export function countedHosts(spans: Iterable<HostSpan>): readonly HostSpan[] {
  const last = new Map<string, HostSpan>();
  for (const span of spans) {
    if (span.runningVms === 0) continue;
    const key = `${span.hour} ${span.product} ${span.host}`;
    const known = last.get(key);
    if (known === undefined || span.started > known.started) last.set(key, span);
  }
  return [...last.values()];
}

/** Cores of a host; a socket counts as `floor` cores at least, 0 for as many as it has. */
export function coresOf(host: Pick<HostSpan, 'sockets' | 'coresPerSocket'>, floor: number): bigint {
  return BigInt(host.sockets) * BigInt(Math.max(floor, host.coresPerSocket));
}

/** Sums of whole numbers, by hour. */
export function sumByHour<Item extends { readonly hour: number }>(
  items: Iterable<Item>,
  amount: (item: Item) => bigint,
): ReadonlyMap<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const item of items) sums.set(item.hour, (sums.get(item.hour) ?? 0n) + amount(item));
  return sums;
}

/** The highest of some hours; 0 of none. Below 0 only when every hour is. */
export function highest(hours: ReadonlyMap<number, bigint>): bigint {
  let most: bigint | undefined;
  for (const amount of hours.values()) if (most === undefined || amount > most) most = amount;
  return most ?? 0n;
}

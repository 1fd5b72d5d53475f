/** Hosts over an hour, together with the cluster each was in: what the lines of machines and of hosts take from them. */
import type { ClusterState, HostState } from '../inventory/index.ts';
import type { Histories, Segment } from './histories.ts';
import type { Span } from './spans.ts';

/** A host and its cluster while nothing about the two changes. */
export interface HostStretch extends Span {
  readonly host: HostState;
  readonly cluster: ClusterState | undefined;
}

/** The stretches of one host, ascending and apart. */
export function stretchesOf(
  hosts: readonly Segment<HostState>[],
  clusters: Histories<'cluster'>,
): HostStretch[] {
  return hosts.flatMap(({ from, to, state: host }) => {
    const segments = host.cluster === undefined ? [] : clusters.of(host.cluster);
    return nearest(segments, from, to).map(({ from, to, item }) => ({
      from,
      to,
      host,
      cluster: item?.state,
    }));
  });
}

/**
 * Divides [from, to) by what was known of a thing in it. Where a thing is spoken of before it was told, or after it went
 * (a host goes a second before its machines do), what is known nearest in the hour stands for it; undefined only when
 * nothing is known of it in the whole hour.
 */
export function nearest<T extends Span>(
  items: readonly T[],
  from: number,
  to: number,
): (Span & { readonly item: T | undefined })[] {
  if (items.length <= 1) return [{ from, to, item: items[0] }];
  const pieces: (Span & { readonly item: T })[] = [];
  for (const [index, item] of items.entries()) {
    const start = index === 0 ? from : Math.max(from, item.from);
    const end = Math.min(to, items[index + 1]?.from ?? to);
    if (start < end) pieces.push({ from: start, to: end, item });
  }
  return pieces;
}

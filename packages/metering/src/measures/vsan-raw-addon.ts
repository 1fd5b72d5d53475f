/**
 * `vsan-raw-addon`: raw capacity beyond what the core licences of a cluster entitle to, in whole TiB, up; of a month, its
 * highest hour. In an hour a cluster counts once, by its last span, with the hosts of its name that count in that hour.
 */
import { coreLicencesOf } from './core-licences.ts';
import { countedHosts, highest } from './counted-hosts.ts';
import { decimalRatio, type Ratio } from './decimal.ts';
import type { ClusterSpan, HostSpan } from './spans.ts';

/**
 * `difference`: ceil(raw - entitled), below 0 when more is entitled than used.
 * `all-once-above` (an earlier edition): all of it, ceil(raw), as soon as it is above what is entitled, else 0.
 */
export type AddonForm = 'difference' | 'all-once-above';

export interface Entitlement {
  /** TiB for each core licence, a decimal: `1`, `0.25`. */
  readonly entitledTibPerCore: string;
  readonly addon: AddonForm;
}

const MIB_PER_TIB = 1_048_576n;

/** TiB of one cluster in one hour. */
export function rawAddon(
  rawMib: bigint,
  licences: bigint,
  { entitledTibPerCore, addon }: Entitlement,
): bigint {
  const { numerator, denominator } = decimalRatio(entitledTibPerCore);
  const beyond = ceil(rawMib * denominator - licences * numerator * MIB_PER_TIB, MIB_PER_TIB * denominator);
  if (addon === 'difference') return beyond;
  return rawMib * denominator > licences * numerator * MIB_PER_TIB ? ceil(rawMib, MIB_PER_TIB) : 0n;
}

/** One entry for each (product, cluster, hour): its last span. In no particular order. */
export function clustersOfHours(spans: Iterable<ClusterSpan>): readonly ClusterSpan[] {
  const last = new Map<string, ClusterSpan>();
  for (const span of spans) {
    const key = `${span.hour} ${span.product} ${span.cluster}`;
    const known = last.get(key);
    if (known === undefined || span.started > known.started) last.set(key, span);
  }
  return [...last.values()];
}

/** TiB. Numerator: the sum over clusters in the highest hour. Denominator: 1. */
export function vsanRawAddon(
  clusters: Iterable<ClusterSpan>,
  hosts: Iterable<HostSpan>,
  entitlement: Entitlement,
): Ratio {
  const licences = new Map<string, bigint>();
  for (const host of countedHosts(hosts)) {
    const key = `${host.hour} ${host.product} ${host.cluster}`;
    licences.set(key, (licences.get(key) ?? 0n) + coreLicencesOf(host));
  }
  const hours = new Map<number, bigint>();
  for (const { hour, product, cluster, vsanRawMib } of clustersOfHours(clusters)) {
    const cores = licences.get(`${hour} ${product} ${cluster}`) ?? 0n;
    const addon = rawAddon(BigInt(vsanRawMib), cores, entitlement);
    hours.set(hour, (hours.get(hour) ?? 0n) + addon);
  }
  return { numerator: highest(hours), denominator: 1n };
}

/** Rounds towards positive infinity; bigint division rounds towards zero. */
function ceil(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator > 0n && numerator % denominator !== 0n ? quotient + 1n : quotient;
}

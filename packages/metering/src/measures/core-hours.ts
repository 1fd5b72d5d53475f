/** `core-hours`: cores of the hosts with a running VM, by the hour and the licence key. */
import { coresOf, countedHosts } from './counted-hosts.ts';
import type { Ratio } from './decimal.ts';
import type { HostSpan } from './spans.ts';

/** Cores that counted in one hour under one licence key. */
export interface HourOfKey {
  readonly hour: number;
  readonly license: string;
  readonly cores: bigint;
}

/** Core-hours. Numerator: core-hours, `floor` cores a socket at least. Denominator: 1. */
export function coreHours(spans: Iterable<HostSpan>, floor: number): Ratio {
  let numerator = 0n;
  for (const host of countedHosts(spans)) numerator += coresOf(host, floor);
  return { numerator, denominator: 1n };
}

/** The same by hour and licence key: the rows of the Hourly Usage Report. In no particular order. */
export function coreHoursByKey(spans: Iterable<HostSpan>, floor: number): readonly HourOfKey[] {
  const rows = new Map<string, HourOfKey>();
  for (const host of countedHosts(spans)) {
    const { hour, license } = host;
    const key = `${hour} ${license}`;
    rows.set(key, { hour, license, cores: (rows.get(key)?.cores ?? 0n) + coresOf(host, floor) });
  }
  return [...rows.values()];
}

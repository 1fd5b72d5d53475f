/** `core-average`: cores of the hosts with a running VM, hour by hour, averaged over the hours of the calendar month. */
import { coresOf, countedHosts } from './counted-hosts.ts';
import type { Ratio } from './decimal.ts';
import type { Month } from './month.ts';
import type { HostSpan } from './spans.ts';

/** Cores. Numerator: core-hours. Denominator: hours of the month. The floor per socket does not apply. */
export function coreAverage(spans: Iterable<HostSpan>, month: Month): Ratio {
  let numerator = 0n;
  for (const host of countedHosts(spans)) numerator += coresOf(host, 0);
  return { numerator, denominator: BigInt(month.hours) };
}

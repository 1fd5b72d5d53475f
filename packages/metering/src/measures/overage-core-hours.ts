/**
 * `overage-core-hours`: what a contract uses above its commit, hour by hour; an hour below does not make up for one above.
 * Contracts are not pooled. It needs every meter of a contract, so reports of one meter leave it out.
 */
import { coresOf, countedHosts, sumByHour } from './counted-hosts.ts';
import type { Ratio } from './decimal.ts';
import type { HostSpan } from './spans.ts';

/** Core-hours above `commit` cores, of the hosts of one contract. Numerator: core-hours. Denominator: 1. */
export function overageCoreHours(spans: Iterable<HostSpan>, floor: number, commit: bigint): Ratio {
  return overageOfHours(sumByHour(countedHosts(spans), (host) => coresOf(host, floor)).values(), commit);
}

/** The same from the cores of each hour. */
function overageOfHours(cores: Iterable<bigint>, commit: bigint): Ratio {
  let numerator = 0n;
  for (const amount of cores) if (amount > commit) numerator += amount - commit;
  return { numerator, denominator: 1n };
}

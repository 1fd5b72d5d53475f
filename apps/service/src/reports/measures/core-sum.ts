import { coresSql, countedHostsSql } from './counted-hosts.ts';

/** Cores of the hosts that count, over all hours: the numerator of `core-average` and of `core-hours`. */
export function coreSum(scope: string, taken: string, floor: number): string {
  return `
SELECT toString(sum(${coresSql(floor)})) AS numerator
FROM ${countedHostsSql(scope)}
WHERE ${taken}`;
}

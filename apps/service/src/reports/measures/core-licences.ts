import { CORES_PER_SOCKET } from '@meterhouse/metering';
import { coresSql, countedHostsSql } from './counted-hosts.ts';

/** Core licences of the highest hour. */
export function coreLicences(scope: string, taken: string): string {
  return `
SELECT toString(max(licences)) AS numerator
FROM (
  SELECT hour, sum(${coresSql(CORES_PER_SOCKET)}) AS licences
  FROM ${countedHostsSql(scope)}
  WHERE ${taken}
  GROUP BY hour
)`;
}

/** `core-licences`: 16 cores are licensed for each socket at least; of a month, its highest hour. */
import { coresOf, countedHosts, highest, sumByHour } from './counted-hosts.ts';
import type { Ratio } from './decimal.ts';
import type { HostSpan } from './spans.ts';

/** Published: a processor with fewer cores needs as many licences. */
export const CORES_PER_SOCKET = 16;

/** Licences of one host: sockets x max(16, cores per socket). */
export function coreLicencesOf(host: Pick<HostSpan, 'sockets' | 'coresPerSocket'>): bigint {
  return coresOf(host, CORES_PER_SOCKET);
}

/** Core licences. Numerator: those of the highest hour. Denominator: 1. */
export function coreLicences(spans: Iterable<HostSpan>): Ratio {
  return { numerator: highest(sumByHour(countedHosts(spans), coreLicencesOf)), denominator: 1n };
}

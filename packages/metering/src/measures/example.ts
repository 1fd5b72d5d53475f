/** Spans to test with: each full, valid, and changed where a test looks. */
import { CLUSTER, HOST, PRODUCT, VM } from '../package/example.ts';
import { HOUR, parseMonth } from './month.ts';
import { type ClusterSpan, type HostSpan, spanOf, type VmSpan } from './spans.ts';

/** 720 hours. */
export const APRIL = parseMonth('2023-04');
export const JANUARY = parseMonth('2023-01');
export const FEBRUARY = parseMonth('2023-02');
export { PRODUCT };

const vm = { ...spanOf(VM, 'vCenter'), reservationMib: 0, services: [] };
const host = spanOf(HOST, 'vCenter');
const cluster = spanOf(CLUSTER, 'vCenter');

type Change<Span> = Partial<Span> & { readonly from?: number };

/** A VM for `hours` hours from hour `from` of a month on. */
export const vmFor = (hours: number, change: Change<VmSpan> = {}, month = APRIL): VmSpan[] =>
  during(vm, hours, change, month.first);
export const hostFor = (hours: number, change: Change<HostSpan> = {}, month = APRIL): HostSpan[] =>
  during(host, hours, change, month.first);
export const clusterFor = (hours: number, change: Change<ClusterSpan> = {}, month = APRIL): ClusterSpan[] =>
  during(cluster, hours, change, month.first);

function during<Span extends { hour: number; started: number; ended: number }>(
  span: Span,
  hours: number,
  { from = 0, ...change }: Change<Span>,
  first: number,
): Span[] {
  return Array.from({ length: hours }, (_, index) => {
    const hour = first + (from + index) * HOUR;
    return { ...span, hour, started: hour, ended: hour + HOUR, ...change };
  });
}

export const GB = 1024;

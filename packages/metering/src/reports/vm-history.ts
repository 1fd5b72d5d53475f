/**
 * Virtual Machine History: one row for each span in which nothing that is printed changed, across hours and slices. Hours:
 * seconds / 3600. Memory, reservation: MiB / 1024. `Billed vRAM GB` is what one instant bills under the cap of the contract
 * (a monthly cap has no instant, so it shows uncapped), 0.000 unless powered on, and says nothing about the licence: a rule
 * decides that. A change of contract shows only where it changes that figure. Services are joined by ",".
 */
import { REPORTS } from '@meterhouse/contract';
import { roundHalfAway } from '../measures/decimal.ts';
import type { VmSpan } from '../measures/spans.ts';
import { billedHalfMib, type Cap } from '../measures/vram.ts';
import { customerName } from './customer-monthly-usage.ts';
import { type HistorySpan, mergeHistory } from './history.ts';
import type { Share } from './meter-month.ts';
import { compareText, type Row, sortRows } from './order.ts';

export function vmHistory(shares: readonly Share[]): readonly Row[] {
  const caps = new Map(shares.flatMap(({ vms, rules }) => vms.map((span) => [span, rules.cap] as const)));
  return vmHistoryRows(
    shares.flatMap(({ vms }) => vms),
    (span) => caps.get(span) ?? 'none',
  );
}

/** The rows of any spans; `capOf` tells the cap that a span is billed under. */
export function vmHistoryRows(spans: readonly VmSpan[], capOf: (span: VmSpan) => Cap): readonly Row[] {
  const ascending = spans.toSorted(
    (a, b) => compareText(a.product, b.product) || compareText(a.vm, b.vm) || a.started - b.started,
  );
  const rows = mergeHistory(
    ascending.map((span) => printed(span, capOf(span))),
    (seconds) => [roundHalfAway({ numerator: BigInt(seconds), denominator: 3600n })],
  );
  return sortRows(rows, REPORTS.VM_HISTORY.columns, REPORTS.VM_HISTORY.key);
}

function printed(span: VmSpan, cap: Cap): HistorySpan {
  const billed = span.power === 'on' ? billedHalfMib(span, cap) : 0;
  return {
    started: span.started,
    ended: span.ended,
    before: [span.product, span.vm, span.name, span.host, span.cluster, customerName(span.customer)],
    after: [
      span.power,
      String(span.vcpus),
      gb(span.memoryMib, 1024n),
      gb(span.reservationMib, 1024n),
      gb(billed, 2048n),
      span.license,
      span.licenseCategory,
      span.services.join(','),
    ],
  };
}

function gb(amount: number, perGb: bigint): string {
  return roundHalfAway({ numerator: BigInt(amount), denominator: perGb });
}

/**
 * `vram-average`: billed memory, averaged over the calendar month.
 *
 *   billed at one instant = min(24 GB, max(50 % of configured memory, the VM's own reservation)), while powered on
 *   average GB            = sum(billed x seconds) / seconds of the month
 *
 * In half-MiB everything is whole: min(49152, max(memoryMib, 2 x reservationMib)).
 * Source: the vendor's published rule for memory; where the cap applies is the rule set's `cap`.
 */
import type { Ratio } from './decimal.ts';
import type { Month } from './month.ts';
import { secondsOf, type VmSpan } from './spans.ts';

/** 24 GB in half-MiB. */
export const CAP_HALF_MIB = 49_152;
const HALF_MIB_PER_GB = 2048n;

/**
 * Where 24 GB is the most that is billed: at each instant, or of the month's average of one VM, or nowhere. A VM of the
 * monthly cap is (product, vm) within one printed row, so that rows add up to what they show.
 */
export type Cap = 'each-instant' | 'monthly-average' | 'none';

/** Billed memory of a VM that is on, at one instant, in half-MiB, after the cap if it applies to each instant. */
export function billedHalfMib(vm: Pick<VmSpan, 'memoryMib' | 'reservationMib'>, cap: Cap): number {
  const billed = Math.max(vm.memoryMib, 2 * vm.reservationMib);
  return cap === 'each-instant' ? Math.min(CAP_HALF_MIB, billed) : billed;
}

/** GB averaged over the month. Numerator: half-MiB x seconds. Denominator: 2048 x seconds of the month. */
export function vramAverage(spans: Iterable<VmSpan>, month: Month, cap: Cap): Ratio {
  const most = BigInt(CAP_HALF_MIB) * BigInt(month.seconds);
  const byVm = new Map<string, bigint>();
  for (const span of spans) {
    if (span.power !== 'on') continue;
    const vm = `${span.product} ${span.vm}`;
    byVm.set(vm, (byVm.get(vm) ?? 0n) + BigInt(billedHalfMib(span, cap)) * secondsOf(span));
  }
  let numerator = 0n;
  for (const sum of byVm.values()) numerator += cap === 'monthly-average' && sum > most ? most : sum;
  return { numerator, denominator: HALF_MIB_PER_GB * BigInt(month.seconds) };
}

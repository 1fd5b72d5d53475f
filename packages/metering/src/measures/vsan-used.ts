/** `vsan-used-average`: used capacity of clusters, averaged over the calendar month. */
import type { Ratio } from './decimal.ts';
import type { Month } from './month.ts';
import { type ClusterSpan, secondsOf } from './spans.ts';

/** GB. Numerator: MiB x seconds. Denominator: 1024 x seconds of the month. */
export function vsanUsedAverage(spans: Iterable<ClusterSpan>, month: Month): Ratio {
  let numerator = 0n;
  for (const span of spans) numerator += BigInt(span.vsanUsedMib) * secondsOf(span);
  return { numerator, denominator: 1024n * BigInt(month.seconds) };
}

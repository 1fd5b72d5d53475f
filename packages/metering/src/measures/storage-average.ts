/** `storage-gb-average`: storage of VMs, on or off, averaged over the calendar month. */
import type { Ratio } from './decimal.ts';
import type { Month } from './month.ts';
import { secondsOf, type VmSpan } from './spans.ts';

/** GB. Numerator: MiB x seconds. Denominator: 1024 x seconds of the month. */
export function storageGbAverage(spans: Iterable<VmSpan>, month: Month): Ratio {
  let numerator = 0n;
  for (const span of spans) numerator += BigInt(span.storageMib) * secondsOf(span);
  return { numerator, denominator: 1024n * BigInt(month.seconds) };
}

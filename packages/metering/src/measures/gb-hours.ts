/** `gb-hours`: configured memory of what is powered on. */
import type { Ratio } from './decimal.ts';
import { HOUR } from './month.ts';
import { secondsOf, type VmSpan } from './spans.ts';

/** GB-hours. Numerator: MiB x seconds. Denominator: 1024 x 3600. */
export function gbHours(spans: Iterable<VmSpan>): Ratio {
  let numerator = 0n;
  for (const span of spans) if (span.power === 'on') numerator += BigInt(span.memoryMib) * secondsOf(span);
  return { numerator, denominator: 1024n * BigInt(HOUR) };
}

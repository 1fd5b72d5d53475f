/** `vcpu-hours`: virtual processors of what is powered on. */
import type { Ratio } from './decimal.ts';
import { HOUR } from './month.ts';
import { secondsOf, type VmSpan } from './spans.ts';

/** vCPU-hours. Numerator: vCPU x seconds. Denominator: 3600. */
export function vcpuHours(spans: Iterable<VmSpan>): Ratio {
  let numerator = 0n;
  for (const span of spans) if (span.power === 'on') numerator += BigInt(span.vcpus) * secondsOf(span);
  return { numerator, denominator: BigInt(HOUR) };
}

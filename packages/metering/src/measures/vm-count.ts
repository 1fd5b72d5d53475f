/** `vm-count`: the VMs that were there in the month, on or off, each once. */
import type { Ratio } from './decimal.ts';
import type { VmSpan } from './spans.ts';

/** VMs. Numerator: distinct (product, vm). Denominator: 1. */
export function vmCount(spans: Iterable<VmSpan>): Ratio {
  const vms = new Set<string>();
  for (const span of spans) vms.add(`${span.product} ${span.vm}`);
  return { numerator: BigInt(vms.size), denominator: 1n };
}

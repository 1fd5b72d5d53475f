import { CAP_HALF_MIB, type Measure, type Rule, type RulesOfMonth } from '@meterhouse/metering';

const on = (amount: string) => `if(power = 'on', ${amount}, 0)`;
const halfMib = 'greatest(toUInt64(memoryMib), 2 * toUInt64(reservationMib))';

/**
 * SQL text of what a machine bills at one instant, for the measures whose numerator is the sum of that times seconds: those
 * add up over machines, customers and hours. In half-MiB, vCPU or MiB, as the measure's numerator has it.
 */
const AMOUNTS: { readonly [measure in Measure]?: (cap: RulesOfMonth['cap']) => string } = {
  'vram-average': (cap) => on(cap === 'each-instant' ? `least(${CAP_HALF_MIB}, ${halfMib})` : halfMib),
  'vcpu-hours': () => on('vcpus'),
  'gb-hours': () => on('memoryMib'),
  'storage-gb-average': () => 'storageMib',
};

/** SQL text of amount x seconds of a row, in 128 bits; undefined for measures that are not such a sum. */
export function vmAmountSql({ measure }: Rule, { cap }: RulesOfMonth): string | undefined {
  const amount = AMOUNTS[measure]?.(cap);
  return amount && `toUInt128(${amount}) * toUInt128(ended - started)`;
}

/** Whether the cap applies to a machine's month, so that its sums must be known before they are added. */
export function isCappedByMonth({ measure }: Rule, { cap }: RulesOfMonth): boolean {
  return measure === 'vram-average' && cap === 'monthly-average';
}

import { type Month, quantityOf, type Rule, type RulesOfMonth, roundHalfAway } from '@meterhouse/metering';

/**
 * The printed quantity of a rule's numerator, divided and rounded once; undefined for what prints as nothing. The denominator
 * is the oracle's own: it is the same whatever was used.
 */
export function printedQuantity(
  rule: Rule,
  rules: RulesOfMonth,
  month: Month,
  numerator: bigint,
): string | undefined {
  const nothing = quantityOf(rule, { rules, vms: [], hosts: [], clusters: [] }, month);
  const quantity = nothing && roundHalfAway({ ...nothing, numerator });
  return quantity === '0.000' ? undefined : quantity;
}

/**
 * Monthly Usage Report: one row for each contract, site and rule of the month. Rows of zero are left out. `Missing Hours` is
 * the meter's, the same on every row: product-hours that were expected and not covered.
 */
import { REPORTS } from '@meterhouse/contract';
import { points, roundHalfAway } from '../measures/decimal.ts';
import { type MeterMonth, missingHours, type Share } from './meter-month.ts';
import { type Row, sortRows } from './order.ts';
import { quantityOf } from './quantity.ts';

export function monthlyUsage(input: MeterMonth, shares: readonly Share[]): readonly Row[] {
  const missing = roundHalfAway(missingHours(input));
  const rows = shares.flatMap((share) =>
    share.rules.rules.flatMap((rule): Row[] => {
      const ratio = quantityOf(rule, share, input.month);
      const quantity = ratio && roundHalfAway(ratio);
      if (quantity === undefined || isZero(quantity)) return [];
      const due = points(quantity, rule.points);
      return [[rule.product, rule.unit, quantity, rule.sku, due, share.contract, share.site, missing]];
    }),
  );
  return sortRows(rows, REPORTS.MONTHLY_USAGE.columns, REPORTS.MONTHLY_USAGE.key);
}

/** A quantity that prints as nothing is nothing to report. */
export function isZero(quantity: string): boolean {
  return quantity === '0.000';
}

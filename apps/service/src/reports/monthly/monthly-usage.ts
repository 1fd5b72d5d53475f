import { REPORTS } from '@meterhouse/contract';
import { type Month, points, type Row, sortRows } from '@meterhouse/metering';
import type { RuleUsage } from '../measures/usage-of-place.ts';
import type { Place } from '../places.ts';
import { printedQuantity } from './quantity.ts';

/** A place with the usage of its rules. */
export interface MeasuredPlace {
  readonly place: Place;
  readonly usage: readonly RuleUsage[];
}

const { columns, key } = REPORTS.MONTHLY_USAGE;

/** Monthly Usage Report: a row for each contract, site and rule; `missing` is the meter's, printed on every row. */
export function monthlyUsage(
  places: readonly MeasuredPlace[],
  month: Month,
  missing: string,
): readonly Row[] {
  const rows = places.flatMap(({ place, usage }) =>
    usage.flatMap(({ rule, total }): Row[] => {
      const quantity = printedQuantity(rule, place.rules, month, total);
      if (quantity === undefined) return [];
      const due = points(quantity, rule.points);
      return [[rule.product, rule.unit, quantity, rule.sku, due, place.contract, place.site, missing]];
    }),
  );
  return sortRows(rows, columns, key);
}

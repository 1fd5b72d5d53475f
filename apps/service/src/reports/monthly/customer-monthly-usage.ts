import { REPORTS } from '@meterhouse/contract';
import { type Month, points, type Row, sortRows } from '@meterhouse/metering';
import type { MeasuredPlace } from './monthly-usage.ts';
import { printedQuantity } from './quantity.ts';

const { columns, key } = REPORTS.CUSTOMER_MONTHLY_USAGE;

/** Customer Monthly Usage Report: the rules that are taken from machines, by what the Customer column shows. */
export function customerMonthlyUsage(places: readonly MeasuredPlace[], month: Month): readonly Row[] {
  const rows = places.flatMap(({ place, usage }) =>
    usage.flatMap(({ rule, byCustomer }) =>
      [...byCustomer].flatMap(([customer, numerator]): Row[] => {
        const quantity = printedQuantity(rule, place.rules, month, numerator);
        if (quantity === undefined) return [];
        const due = points(quantity, rule.points);
        return [[customer, rule.product, rule.unit, quantity, rule.sku, due, place.contract, place.site]];
      }),
    ),
  );
  return sortRows(rows, columns, key);
}

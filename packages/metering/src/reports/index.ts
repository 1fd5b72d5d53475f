/** The reports of one meter and month by plain arithmetic: the oracle that the engine's SQL is compared with. */
import type { ReportType } from '@meterhouse/contract';
import { clusterHistory } from './cluster-history.ts';
import { customerMonthlyUsage } from './customer-monthly-usage.ts';
import { hourlyUsage } from './hourly-usage.ts';
import { type MeterMonth, sharesOf } from './meter-month.ts';
import { monthlyUsage } from './monthly-usage.ts';
import type { Row } from './order.ts';
import { vmHistory } from './vm-history.ts';

/**
 * All five reports, their rows in the order of `REPORTS[type].columns`, sorted. It holds the whole month in memory, some
 * 500 bytes a record. Throws a RangeError for a slice of an unknown product, a contract without a rule set, or a month that
 * a rule set does not reach.
 */
export function meterReports(input: MeterMonth): { readonly [type in ReportType]: readonly Row[] } {
  const shares = sharesOf(input);
  return {
    MONTHLY_USAGE: monthlyUsage(input, shares),
    CUSTOMER_MONTHLY_USAGE: customerMonthlyUsage(input, shares),
    VM_HISTORY: vmHistory(shares),
    CLUSTER_HISTORY: clusterHistory(shares),
    HOURLY_USAGE: hourlyUsage(shares),
  };
}

export { customerName } from './customer-monthly-usage.ts';
export {
  type Assignment,
  currentSlices,
  type MeteredProduct,
  type MeterMonth,
  missingHours,
  type Share,
  type Slice,
  sharesOf,
} from './meter-month.ts';
export { compareText, type Row, sortRows } from './order.ts';
export { divisorOf, quantityOf } from './quantity.ts';
export { toTsv } from './tsv.ts';

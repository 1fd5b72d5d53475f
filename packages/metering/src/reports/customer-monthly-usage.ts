/**
 * Customer Monthly Usage Report: the rules that are taken from VMs, by the customer that each span carries. Hosts and clusters
 * belong to nobody alone, so their rules have no row here. Each row is computed from the spans and rounded once; rows of zero
 * are left out.
 */
import { NO_CUSTOMER, REPORTS } from '@meterhouse/contract';
import { points, roundHalfAway } from '../measures/decimal.ts';
import type { VmSpan } from '../measures/spans.ts';
import { MEASURES } from '../rules/measure.ts';
import type { MeterMonth, Share } from './meter-month.ts';
import { isZero } from './monthly-usage.ts';
import { type Row, sortRows } from './order.ts';
import { quantityOf } from './quantity.ts';

export function customerMonthlyUsage(input: MeterMonth, shares: readonly Share[]): readonly Row[] {
  const rows = shares.flatMap((share) => {
    const rules = share.rules.rules.filter(({ measure }) => MEASURES[measure] === 'vm');
    return [...byCustomer(share.vms)].flatMap(([customer, vms]) =>
      rules.flatMap((rule): Row[] => {
        const ratio = quantityOf(rule, { ...share, vms }, input.month);
        const quantity = ratio && roundHalfAway(ratio);
        if (quantity === undefined || isZero(quantity)) return [];
        const due = points(quantity, rule.points);
        return [[customer, rule.product, rule.unit, quantity, rule.sku, due, share.contract, share.site]];
      }),
    );
  });
  return sortRows(rows, REPORTS.CUSTOMER_MONTHLY_USAGE.columns, REPORTS.CUSTOMER_MONTHLY_USAGE.key);
}

/** What a Customer column shows. */
export function customerName(customer: string): string {
  return customer === '' ? NO_CUSTOMER : customer;
}

function byCustomer(spans: Iterable<VmSpan>): ReadonlyMap<string, VmSpan[]> {
  const customers = new Map<string, VmSpan[]>();
  for (const span of spans) {
    const customer = customerName(span.customer);
    const list = customers.get(customer);
    if (list) list.push(span);
    else customers.set(customer, [span]);
  }
  return customers;
}

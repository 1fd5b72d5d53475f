import {
  type CustomerRuleItem,
  customerRuleSelectors,
  type ListQuery,
  type MeterCustomerRules,
  type Page,
} from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';
import { createListing } from '../platform/listing/index.ts';
import { type RuleRow, ruleColumns, ruleOf, rulesOfCustomers } from './find-rule.ts';

const listing = createListing({
  selectors: customerRuleSelectors,
  columns: {
    id: 'r.id',
    name: 'c.name',
    customerId: 'r.customer_id',
    productType: 'r.product_type',
    productId: 'r.product_id',
    targetType: 'r.target_type',
    targetId: 'r.target_id',
    createdAt: 'r.created_at',
    modifiedAt: 'r.modified_at',
  },
  usualSort: 'name',
  key: 'id',
});

/** A page of the organisation's rules. */
export function listRules(
  on: Queryable,
  organisationId: string,
  query: ListQuery,
): Promise<Page<CustomerRuleItem>> {
  return listing.page<RuleRow, CustomerRuleItem>(on, query, {
    select: ruleColumns,
    from: rulesOfCustomers,
    where: 'r.organisation_id = $1',
    values: [organisationId],
    item: ruleOf,
  });
}

/** All rules of the organisation as its meters apply them, by id. */
export async function rulesForMeters(
  on: Queryable,
  organisationId: string,
): Promise<MeterCustomerRules['rules']> {
  const rows = await on.query<RuleRow>(
    `select ${ruleColumns} from ${rulesOfCustomers} where r.organisation_id = $1 order by r.id`,
    [organisationId],
  );
  return rows.map((row) => {
    const { id, name, productType, productId, targetType, targetId } = ruleOf(row);
    return { id, name, productType, productId, targetType, targetId };
  });
}

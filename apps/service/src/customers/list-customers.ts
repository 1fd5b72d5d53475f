import { type CustomerItem, customerSelectors, type ListQuery, type Page } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';
import { createListing } from '../platform/listing/index.ts';
import { type CustomerRow, customerColumns, customerOf } from './find-customer.ts';

const listing = createListing({
  selectors: customerSelectors,
  columns: { name: 'c.name', number: 'c.number', createdAt: 'c.created_at', modifiedAt: 'c.modified_at' },
  usualSort: 'name',
  key: 'name',
});

/** A page of the organisation's customers. */
export function listCustomers(
  on: Queryable,
  organisationId: string,
  query: ListQuery,
): Promise<Page<CustomerItem>> {
  return listing.page<CustomerRow, CustomerItem>(on, query, {
    select: customerColumns,
    from: 'customers c',
    where: 'c.organisation_id = $1',
    values: [organisationId],
    item: customerOf,
  });
}

import { type ContractItem, contractSelectors, type ListQuery, type Page } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';
import { createListing } from '../platform/listing/index.ts';
import { type ContractRow, contractColumns, contractOf, itemOfContract } from './find-contract.ts';

const listing = createListing({
  selectors: contractSelectors,
  columns: {
    number: 'c.number',
    family: 'c.family',
    currency: 'c.currency',
    ruleSet: 'c.rule_set',
    createdAt: 'c.created_at',
    modifiedAt: 'c.modified_at',
  },
  usualSort: 'number',
  key: 'number',
});

/** A page of the organisation's contracts. */
export function listContracts(
  on: Queryable,
  organisationId: string,
  query: ListQuery,
): Promise<Page<ContractItem>> {
  return listing.page<ContractRow, ContractItem>(on, query, {
    select: contractColumns,
    from: 'contracts c',
    where: 'c.organisation_id = $1',
    values: [organisationId],
    item: (row) => itemOfContract(contractOf(row)),
  });
}

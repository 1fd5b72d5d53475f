import { type ListQuery, type Page, type SiteItem, siteSelectors } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';
import { createListing } from '../platform/listing/index.ts';
import { type SiteRow, siteColumns, siteOf, sitesOfContracts } from './find-site.ts';

const listing = createListing({
  selectors: siteSelectors,
  columns: {
    name: 's.name',
    countryRegion: 's.country_region',
    postCode: 's.post_code',
    createdAt: 's.created_at',
    modifiedAt: 's.modified_at',
  },
  usualSort: 'name',
  key: 'name',
});

/** A page of the sites of a contract. */
export function listSites(
  on: Queryable,
  organisationId: string,
  number: string,
  query: ListQuery,
): Promise<Page<SiteItem>> {
  return listing.page<SiteRow, SiteItem>(on, query, {
    select: siteColumns,
    from: sitesOfContracts,
    where: 'c.organisation_id = $1 and c.number = $2',
    values: [organisationId, number],
    item: siteOf,
  });
}

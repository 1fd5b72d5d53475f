import type { Transaction } from '../platform/database/index.ts';
import type { Site } from './find-site.ts';

export type SiteTerms = Pick<Site, 'name' | 'countryRegion' | 'address' | 'postCode'>;

/** Makes a site under a contract of the organisation. False when the contract has one of this name, or is not the organisation's. */
export async function insertSite(
  transaction: Transaction,
  organisationId: string,
  contractId: string,
  site: SiteTerms,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `insert into sites (contract_id, name, country_region, address, post_code, created_at, modified_at)
     select id, $3, $4, $5, $6, $7, $7 from contracts where organisation_id = $1 and id = $2
     on conflict (contract_id, name) do nothing returning id`,
    [organisationId, contractId, site.name, site.countryRegion, site.address, site.postCode, now],
  );
  return rows.length === 1;
}

/** Makes a locked site so. False when it is so already: then nothing is counted as a change. */
export async function updateSite(
  transaction: Transaction,
  siteId: string,
  site: SiteTerms,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `update sites set name = $2, country_region = $3, address = $4, post_code = $5, sequence = sequence + 1, modified_at = $6
     where id = $1 and (name, country_region, address, post_code) is distinct from ($2, $3, $4, $5)
     returning id`,
    [siteId, site.name, site.countryRegion, site.address, site.postCode, now],
  );
  return rows.length === 1;
}

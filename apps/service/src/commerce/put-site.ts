import type { RecordChange } from '../platform/audit/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { findSite, type Site } from './find-site.ts';
import type { Author } from './put-contract.ts';

/**
 * Makes the site of this name under a contract of the author's organisation so. What is so already is not written and not
 * recorded.
 *
 * @returns whether anything changed
 */
export async function putSite(
  transaction: Transaction,
  recordChange: RecordChange,
  { organisationId, actor }: Author,
  contract: { readonly id: string; readonly number: string },
  site: Omit<Site, 'id'>,
): Promise<boolean> {
  const before = await findSite(transaction, organisationId, contract.id, site.name);
  const rows = await transaction.query(
    `insert into sites as s (contract_id, name, country_region, address, post_code)
     select id, $3, $4, $5, $6 from contracts where organisation_id = $1 and id = $2
     on conflict (contract_id, name) do update set
       country_region = excluded.country_region, address = excluded.address, post_code = excluded.post_code,
       modified_at = now()
     where (s.country_region, s.address, s.post_code) is distinct from
       (excluded.country_region, excluded.address, excluded.post_code)
     returning id`,
    [organisationId, contract.id, site.name, site.countryRegion, site.address, site.postCode],
  );
  if (rows.length === 0) return false;
  await recordChange(transaction, {
    organisationId,
    actor,
    action: before === undefined ? 'site-made' : 'site-changed',
    subject: `site:${contract.number}/${site.name}`,
    details: { ...site },
  });
  return true;
}

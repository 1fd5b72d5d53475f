import type { SiteItem } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/index.ts';

/** Where meters of a contract stand. Texts that nobody gave are empty. */
export type Site = SiteItem;

export interface SiteRow {
  id: string;
  number: string;
  name: string;
  country_region: string;
  address: string;
  post_code: string;
  sequence: number;
  created_at: Date;
  modified_at: Date;
}
export const siteColumns = `s.id, c.number, s.name, s.country_region, s.address, s.post_code, s.sequence, s.created_at,
  s.modified_at`;
export const sitesOfContracts = 'sites s join contracts c on c.id = s.contract_id';

const ofName = `select ${siteColumns} from ${sitesOfContracts}
  where c.organisation_id = $1 and c.id = $2 and s.name = $3`;

/** The site of this name under a contract of the organisation. */
export async function findSite(
  on: Queryable,
  organisationId: string,
  contractId: string,
  name: string,
): Promise<Site | undefined> {
  const [row] = await on.query<SiteRow>(ofName, [organisationId, contractId, name]);
  return row && siteOf(row);
}

/** The same, held until the transaction ends: nobody deletes it while something is made that refers to it. */
export async function holdSite(
  transaction: Transaction,
  organisationId: string,
  contractId: string,
  name: string,
): Promise<Site | undefined> {
  const [row] = await transaction.query<SiteRow>(`${ofName} for key share of s`, [
    organisationId,
    contractId,
    name,
  ]);
  return row && siteOf(row);
}

/** The site with this id under a contract of the organisation. */
export async function readSite(
  on: Queryable,
  organisationId: string,
  { number, siteId }: { readonly number: string; readonly siteId: string },
): Promise<Site | undefined> {
  return selectSite(on, organisationId, number, siteId, '');
}

/** The same, held until the transaction ends: `deleting` waits for whoever refers to it, `changing` does not. */
export async function lockSite(
  transaction: Transaction,
  organisationId: string,
  { number, siteId }: { readonly number: string; readonly siteId: string },
  how: 'changing' | 'deleting',
): Promise<Site | undefined> {
  const lock = how === 'changing' ? 'for no key update of s' : 'for update of s';
  return selectSite(transaction, organisationId, number, siteId, lock);
}

async function selectSite(
  on: Queryable,
  organisationId: string,
  number: string,
  siteId: string,
  lock: string,
): Promise<Site | undefined> {
  const [row] = await on.query<SiteRow>(
    `select ${siteColumns} from ${sitesOfContracts}
     where c.organisation_id = $1 and c.number = $2 and s.id = $3 ${lock}`,
    [organisationId, number, siteId],
  );
  return row && siteOf(row);
}

export function siteOf(row: SiteRow): Site {
  return {
    id: row.id,
    contractNumber: row.number,
    name: row.name,
    countryRegion: row.country_region,
    address: row.address,
    postCode: row.post_code,
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

import type { Queryable } from '../platform/database/index.ts';

/** Where meters of a contract stand. Texts that nobody gave are empty. */
export interface Site {
  readonly id: string;
  readonly name: string;
  readonly countryRegion: string;
  readonly address: string;
  readonly postCode: string;
}

interface SiteRow {
  id: string;
  name: string;
  country_region: string;
  address: string;
  post_code: string;
}
const sitesOfContract = `select s.id, s.name, s.country_region, s.address, s.post_code
  from sites s join contracts c on c.id = s.contract_id
  where c.organisation_id = $1 and c.id = $2`;

/** The site of this name under a contract of the organisation. */
export async function findSite(
  on: Queryable,
  organisationId: string,
  contractId: string,
  name: string,
): Promise<Site | undefined> {
  const [row] = await on.query<SiteRow>(`${sitesOfContract} and s.name = $3`, [
    organisationId,
    contractId,
    name,
  ]);
  return row && toSite(row);
}

/** The sites of a contract of the organisation, by name. */
export async function listSites(on: Queryable, organisationId: string, contractId: string): Promise<Site[]> {
  const rows = await on.query<SiteRow>(`${sitesOfContract} order by s.name`, [organisationId, contractId]);
  return rows.map(toSite);
}

function toSite({ id, name, address, ...row }: SiteRow): Site {
  return { id, name, countryRegion: row.country_region, address, postCode: row.post_code };
}

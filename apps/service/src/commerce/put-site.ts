import type { Transaction } from '../platform/database/index.ts';
import { findSite, lockSite, type Site } from './find-site.ts';
import { renewOpenMonths } from './renew-open-months.ts';
import type { Author, CommerceTools } from './tools.ts';
import { insertSite, type SiteTerms, updateSite } from './write-site.ts';

interface OfContract {
  readonly id: string;
  readonly number: string;
}

/**
 * Makes the site of this name under a contract of the author's organisation so. What is so already is not written and not
 * recorded.
 *
 * @returns whether anything changed
 */
export async function putSite(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  contract: OfContract,
  site: SiteTerms,
): Promise<boolean> {
  const { organisationId } = author;
  if (await insertSite(transaction, organisationId, contract.id, site, tools.clock())) {
    await recordSiteMade(transaction, tools, author, contract.number, site);
    return true;
  }
  const known = await findSite(transaction, organisationId, contract.id, site.name);
  if (known === undefined) return false;
  const place = { number: known.contractNumber, siteId: known.id };
  const before = (await lockSite(transaction, organisationId, place, 'changing'))!;
  return changeSiteTerms(transaction, tools, author, contract, before, site);
}

export async function recordSiteMade(
  transaction: Transaction,
  { recordChange }: Pick<CommerceTools, 'recordChange'>,
  author: Author,
  number: string,
  site: SiteTerms,
): Promise<void> {
  await recordChange(transaction, {
    ...author,
    action: 'site-made',
    subject: `site:${number}/${site.name}`,
    details: { ...site },
  });
}

/** Makes a locked site so. Reports name sites, so another name has those of the open months made again. */
export async function changeSiteTerms(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  contract: OfContract,
  before: Site,
  site: SiteTerms,
): Promise<boolean> {
  const { organisationId } = author;
  if (!(await updateSite(transaction, before.id, site, tools.clock()))) return false;
  if (site.name !== before.name)
    await renewOpenMonths(transaction, tools, {
      organisationId,
      contractId: contract.id,
      siteId: before.id,
    });
  const { name, countryRegion, address, postCode } = before;
  await tools.recordChange(transaction, {
    ...author,
    action: 'site-changed',
    subject: `site:${contract.number}/${before.name}`,
    details: { from: { name, countryRegion, address, postCode }, to: { ...site } },
  });
  return true;
}

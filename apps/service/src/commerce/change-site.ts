import { type NewSite, Problem, type SiteChange, type SiteItem } from '@meterhouse/contract';
import { checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { type Contract, lockContract } from './find-contract.ts';
import { findSite, lockSite, readSite, type Site } from './find-site.ts';
import { changeSiteTerms, recordSiteMade } from './put-site.ts';
import { refuseWhileReferred } from './references.ts';
import type { Author, CommerceTools } from './tools.ts';
import { unknownContract, unknownSite } from './unknown.ts';
import { insertSite } from './write-site.ts';

/** @throws problem `not-found` for the contract, `already-exists` for a site of this name */
export async function makeSite(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  number: string,
  { name, countryRegion = '', address = '', postCode = '' }: NewSite,
): Promise<SiteItem> {
  const { organisationId } = author;
  const site = { name, countryRegion, address, postCode };
  // Held, so that no name is looked for while another change gives it to a site.
  const contract = await lockContract(transaction, organisationId, number, 'changing');
  if (contract === undefined) throw unknownContract();
  if (!(await insertSite(transaction, organisationId, contract.id, site, tools.clock()))) throw nameTaken();
  await recordSiteMade(transaction, tools, author, number, site);
  return (await findSite(transaction, organisationId, contract.id, name))!;
}

interface Place {
  readonly number: string;
  readonly siteId: string;
}

/** @throws problem `not-found`, `sequence-conflict`, `already-exists` for a site of the new name */
export async function changeSite(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  place: Place,
  { sequence, ...change }: SiteChange,
): Promise<SiteItem> {
  const { contract, site } = await heldSite(transaction, author, place, sequence, 'changing');
  const { organisationId } = author;
  const { name, countryRegion, address, postCode } = { ...site, ...change };
  if (name !== site.name && (await findSite(transaction, organisationId, contract.id, name)) !== undefined)
    throw nameTaken();
  const terms = { name, countryRegion, address, postCode };
  await changeSiteTerms(transaction, tools, author, contract, site, terms);
  return (await readSite(transaction, organisationId, place))!;
}

/** @throws problem `not-found`, `sequence-conflict`, `in-use` */
export async function deleteSite(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  place: Place,
  sequence: number,
): Promise<void> {
  const { contract, site } = await heldSite(transaction, author, place, sequence, 'deleting');
  await refuseWhileReferred(transaction, { contractId: contract.id, siteId: site.id });
  await transaction.query('delete from sites where id = $1', [site.id]);
  await tools.recordChange(transaction, {
    ...author,
    action: 'site-deleted',
    subject: `site:${place.number}/${site.name}`,
  });
}

/** The contract first, as whoever makes a site does. */
async function heldSite(
  transaction: Transaction,
  { organisationId }: Author,
  place: Place,
  sequence: number,
  how: 'changing' | 'deleting',
): Promise<{ contract: Contract; site: Site }> {
  const contract = await lockContract(transaction, organisationId, place.number, 'changing');
  const site = contract && (await lockSite(transaction, organisationId, place, how));
  if (contract === undefined || site === undefined) throw unknownSite();
  checkSequence('The site', site.sequence, sequence);
  return { contract, site };
}

const nameTaken = () => new Problem('already-exists', { detail: 'The contract has a site of this name.' });

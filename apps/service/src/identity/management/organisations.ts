import {
  type ListQuery,
  type NewOrganisation,
  type OrganisationChange,
  type OrganisationItem,
  organisationSelectors,
  Problem,
  usualOrganisationSort,
} from '@meterhouse/contract';
import { type Author, checkSequence } from '../../platform/changes/index.ts';
import type { Queryable, Transaction } from '../../platform/database/types.ts';
import { createListing } from '../../platform/listing/index.ts';
import type { ManagementTools } from './tools.ts';

const listing = createListing({
  selectors: organisationSelectors,
  columns: {
    id: 'o.id',
    name: 'o.name',
    partnerId: 'o.partner_id',
    createdAt: 'o.created_at',
    modifiedAt: 'o.modified_at',
  },
  usualSort: usualOrganisationSort,
  key: 'id',
});

/** @param only the one that the caller may see; undefined: all */
export function listOrganisations(on: Queryable, only: string | undefined, query: ListQuery) {
  return listing.page<OrganisationRow, OrganisationItem>(on, query, {
    select: 'o.*',
    from: 'organisations o',
    where: '$1::uuid is null or o.id = $1',
    values: [only ?? null],
    item: itemOf,
  });
}

export async function findOrganisation(on: Queryable, id: string): Promise<OrganisationItem> {
  return itemOf(await readRow(on, id, ''));
}

/** @throws problem `already-exists` when the name or the partner number is taken */
export async function createOrganisation(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  author: Author,
  { name, partnerId }: NewOrganisation,
): Promise<OrganisationItem> {
  const [row] = await transaction.query<OrganisationRow>(
    `insert into organisations (name, partner_id, created_at, modified_at) values ($1, $2, $3, $3)
     on conflict do nothing returning *`,
    [name, partnerId ?? null, clock()],
  );
  if (row === undefined) throw taken();
  const made = itemOf(row);
  await recordChange(transaction, {
    ...author,
    organisationId: made.id,
    action: 'organisation-made',
    subject: `organisation:${made.id}`,
    details: { name, partnerId: partnerId ?? null },
  });
  return made;
}

/** @throws problem `not-found`, `sequence-conflict`, `already-exists`; `in-use` for the name of the operators */
export async function changeOrganisation(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  author: Author,
  id: string,
  { sequence, name, partnerId }: OrganisationChange,
): Promise<OrganisationItem> {
  const before = await readRow(transaction, id, 'for no key update');
  checkSequence('The organisation', before.sequence, sequence);
  const to = {
    name: name ?? before.name,
    partnerId: partnerId === undefined ? before.partner_id : partnerId,
  };
  if (before.is_operator && to.name !== before.name)
    throw new Problem('in-use', {
      detail: 'The service knows its operators by the name of their organisation.',
    });
  const [other] = await transaction.query(
    'select 1 from organisations where id <> $1 and (name = $2 or partner_id = $3)',
    [before.id, to.name, to.partnerId],
  );
  if (other !== undefined) throw taken();
  const [row] = await transaction.query<OrganisationRow>(
    `update organisations set name = $2, partner_id = $3, sequence = sequence + 1, modified_at = $4
     where id = $1 returning *`,
    [before.id, to.name, to.partnerId, clock()],
  );
  await recordChange(transaction, {
    ...author,
    organisationId: before.id,
    action: 'organisation-changed',
    subject: `organisation:${before.id}`,
    details: { from: { name: before.name, partnerId: before.partner_id }, to },
  });
  return itemOf(row!);
}

/**
 * Deletes an organisation that never metered anything, with its people's memberships, API tokens, contracts and customers.
 *
 * @throws problem `not-found`, `sequence-conflict`; `in-use`, which names what it holds
 */
export async function deleteOrganisation(
  transaction: Transaction,
  { recordChange }: ManagementTools,
  author: Author,
  id: string,
  sequence: number,
): Promise<void> {
  const organisation = await readRow(transaction, id, 'for update');
  checkSequence('The organisation', organisation.sequence, sequence);
  if (organisation.is_operator)
    throw new Problem('in-use', { detail: 'It is the organisation of those who run the service.' });
  const [holds] = await transaction.query<{
    meters: number;
    uploads: number;
    slices: number;
    reports: number;
  }>(
    `select (select count(*)::int from meters where organisation_id = $1) as meters,
            (select count(*)::int from uploads where organisation_id = $1) as uploads,
            (select count(*)::int from slices where organisation_id = $1) as slices,
            (select count(*)::int from reports where organisation_id = $1) as reports`,
    [organisation.id],
  );
  const there = Object.entries(holds!).filter(([, count]) => count > 0);
  if (there.length > 0)
    throw new Problem('in-use', {
      detail: `The organisation has ${there.map(([what, count]) => `${count} ${what}`).join(', ')}, deleted ones included.`,
      members: { holds: Object.fromEntries(there) },
    });
  await transaction.query('delete from organisations where id = $1', [organisation.id]);
  await recordChange(transaction, {
    ...author,
    organisationId: organisation.id,
    action: 'organisation-deleted',
    subject: `organisation:${organisation.id}`,
    details: { name: organisation.name, partnerId: organisation.partner_id },
  });
}

export const unknownOrganisation = () =>
  new Problem('not-found', { detail: 'There is no such organisation for you.' });
const taken = () =>
  new Problem('already-exists', { detail: 'Another organisation has this name or this partner number.' });

interface OrganisationRow {
  id: string;
  name: string;
  partner_id: string | null;
  is_operator: boolean;
  sequence: number;
  created_at: Date;
  modified_at: Date;
}

async function readRow(
  on: Queryable,
  id: string,
  lock: '' | 'for no key update' | 'for update',
): Promise<OrganisationRow> {
  const [row] = await on.query<OrganisationRow>(`select * from organisations where id = $1 ${lock}`, [id]);
  if (row === undefined) throw unknownOrganisation();
  return row;
}

function itemOf(row: OrganisationRow): OrganisationItem {
  return {
    id: row.id,
    name: row.name,
    ...(row.partner_id === null ? {} : { partnerId: row.partner_id }),
    operators: row.is_operator,
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

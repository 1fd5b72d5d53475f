import {
  type ListQuery,
  type PersonItem,
  Problem,
  personSelectors,
  usualPersonSort,
} from '@meterhouse/contract';
import { type Author, checkSequence } from '../../platform/changes/index.ts';
import type { Queryable, Transaction } from '../../platform/database/types.ts';
import { type Caller, type Role, roleAtLeast } from '../../platform/http/index.ts';
import { createListing } from '../../platform/listing/index.ts';
import { refuseAbove, refuseOperatorElsewhere } from './roles.ts';
import type { ManagementTools } from './tools.ts';

const members = {
  select: 'p.id, p.email, m.role, m.sequence, m.created_at, m.modified_at',
  from: 'memberships m join people p on p.id = m.person_id',
};

const listing = createListing({
  selectors: personSelectors,
  columns: {
    id: 'p.id',
    email: 'p.email',
    role: 'm.role',
    createdAt: 'm.created_at',
    modifiedAt: 'm.modified_at',
  },
  usualSort: usualPersonSort,
  key: 'id',
});

export function listPeople(on: Queryable, organisationId: string, query: ListQuery) {
  return listing.page<MemberRow, PersonItem>(on, query, {
    ...members,
    where: 'm.organisation_id = $1',
    values: [organisationId],
    item: itemOf,
  });
}

export async function findPerson(
  on: Queryable,
  organisationId: string,
  personId: string,
): Promise<PersonItem> {
  return itemOf(await readMember(on, organisationId, personId));
}

/**
 * Adds a person to the organisation. Who is a member elsewhere can be added by operators only: a password that somebody else
 * has set for that address would open this organisation, too.
 *
 * @param passwordHash used when the person is new to the service; whoever is known keeps their own
 * @throws problem `already-exists` when they are a member here; `person-elsewhere`; `forbidden` for a role above one's own
 */
export async function addPerson(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  { caller, ...author }: Author & { readonly caller: Caller },
  person: { readonly email: string; readonly role: Role; readonly passwordHash: string | undefined },
): Promise<PersonItem> {
  const { organisationId } = author;
  refuseAbove(caller, person.role);
  refuseOperatorElsewhere(person.role, await lockOrganisation(transaction, organisationId));
  const email = person.email.toLowerCase();
  const now = clock();
  await transaction.query(
    'insert into people (email, password_hash, created_at) values ($1, $2, $3) on conflict (email) do nothing',
    [email, person.passwordHash ?? null, now],
  );
  const [known] = await transaction.query<{ id: string; here: boolean; elsewhere: boolean }>(
    `select p.id,
            exists (select from memberships where person_id = p.id and organisation_id = $2) as here,
            exists (select from memberships where person_id = p.id and organisation_id <> $2) as elsewhere
     from people p where p.email = $1 for update`,
    [email, organisationId],
  );
  const { id, here, elsewhere } = known!;
  if (here) throw new Problem('already-exists', { detail: 'The organisation has a person of this address.' });
  if (elsewhere && caller.role !== 'operator') throw new Problem('person-elsewhere');
  await transaction.query(
    `insert into memberships (person_id, organisation_id, role, created_at, modified_at)
     values ($1, $2, $3, $4, $4)`,
    [id, organisationId, person.role, now],
  );
  await recordChange(transaction, {
    ...author,
    action: 'person-joined',
    subject: `person:${id}`,
    details: { email, role: person.role },
  });
  return findPerson(transaction, organisationId, id);
}

/** @throws problem `not-found`, `sequence-conflict`, `last-administrator`, `forbidden` for a role above one's own */
export async function changePerson(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  { caller, ...author }: Author & { readonly caller: Caller },
  personId: string,
  { role, sequence }: { readonly role: Role; readonly sequence: number },
): Promise<PersonItem> {
  const { organisationId } = author;
  const inOperators = await lockOrganisation(transaction, organisationId);
  const before = await readMember(transaction, organisationId, personId);
  checkSequence('The person', before.sequence, sequence);
  refuseAbove(caller, before.role);
  refuseAbove(caller, role);
  refuseOperatorElsewhere(role, inOperators);
  await refuseLast(transaction, organisationId, before, role);
  await transaction.query(
    `update memberships set role = $3, sequence = sequence + 1, modified_at = $4
     where person_id = $1 and organisation_id = $2`,
    [before.id, organisationId, role, clock()],
  );
  await recordChange(transaction, {
    ...author,
    action: 'role-changed',
    subject: `person:${before.id}`,
    details: { email: before.email, from: before.role, to: role },
  });
  return findPerson(transaction, organisationId, personId);
}

/**
 * Removes a person from the organisation; their API tokens here reach nothing from then on.
 *
 * @throws problem `not-found`, `sequence-conflict`, `last-administrator`, `forbidden` for a role above one's own
 */
export async function removePerson(
  transaction: Transaction,
  { recordChange }: ManagementTools,
  { caller, ...author }: Author & { readonly caller: Caller },
  personId: string,
  sequence: number,
): Promise<void> {
  const { organisationId } = author;
  await lockOrganisation(transaction, organisationId);
  const member = await readMember(transaction, organisationId, personId);
  checkSequence('The person', member.sequence, sequence);
  refuseAbove(caller, member.role);
  await refuseLast(transaction, organisationId, member, undefined);
  await transaction.query('delete from memberships where person_id = $1 and organisation_id = $2', [
    member.id,
    organisationId,
  ]);
  await recordChange(transaction, {
    ...author,
    action: 'person-removed',
    subject: `person:${member.id}`,
    details: { email: member.email, role: member.role },
  });
}

/** One change of members at a time, or two administrators could remove each other. Tells whether it is the operators'. */
async function lockOrganisation(transaction: Transaction, organisationId: string): Promise<boolean> {
  const [row] = await transaction.query<{ is_operator: boolean }>(
    'select is_operator from organisations where id = $1 for no key update',
    [organisationId],
  );
  return row?.is_operator ?? false;
}

/** Somebody must be left who can add people; among the operators, one who can act as one. */
async function refuseLast(
  transaction: Transaction,
  organisationId: string,
  { id, role }: MemberRow,
  next: Role | undefined,
): Promise<void> {
  for (const needed of ['operator', 'administrator'] as const) {
    if (!roleAtLeast(role, needed) || (next !== undefined && roleAtLeast(next, needed))) continue;
    const others = await transaction.query<{ role: Role }>(
      'select role from memberships where organisation_id = $1 and person_id <> $2',
      [organisationId, id],
    );
    if (!others.some((other) => roleAtLeast(other.role, needed)))
      throw new Problem('last-administrator', { detail: `Make somebody else ${needed} first.` });
  }
}

interface MemberRow {
  id: string;
  email: string;
  role: Role;
  sequence: number;
  created_at: Date;
  modified_at: Date;
}

async function readMember(on: Queryable, organisationId: string, personId: string): Promise<MemberRow> {
  const [row] = await on.query<MemberRow>(
    `select ${members.select} from ${members.from} where m.organisation_id = $1 and m.person_id = $2`,
    [organisationId, personId],
  );
  if (row === undefined)
    throw new Problem('not-found', { detail: 'Your organisation has no person with this id.' });
  return row;
}

function itemOf({ id, email, role, sequence, created_at, modified_at }: MemberRow): PersonItem {
  return {
    id,
    email,
    role,
    sequence,
    createdAt: created_at.toISOString(),
    modifiedAt: modified_at.toISOString(),
  };
}

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
import { revokeApiToken } from '../api-tokens.ts';
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
 * Adds a person to the organisation. Whether the address is known elsewhere is told to nobody, neither by the answer nor by its
 * time: a password is hashed by the route in any case.
 *
 * A person has one password for all organisations, and another organisation's administrator may have given it. So the
 * membership remembers whether the password came with it; where it did not, nobody signs in by password until the person has
 * proved to be who has the address. API tokens of the organisation work the same either way.
 *
 * @param passwordHash applies when the person is a member of no other organisation: whoever is known elsewhere keeps theirs
 * @throws problem `already-exists` when they are a member here; `forbidden` for a role above one's own
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
  const id = await lockPerson(transaction, email, now);
  const organisations = await transaction.query<{ id: string }>(
    'select organisation_id as id from memberships where person_id = $1',
    [id],
  );
  if (organisations.some((one) => one.id === organisationId))
    throw new Problem('already-exists', { detail: 'The organisation has a person of this address.' });
  // What an organisation has set whose member they are no more is nobody's: it must not open the next one.
  const passwordHash = person.passwordHash ?? null;
  if (organisations.length === 0)
    await transaction.query('update people set password_hash = $2 where id = $1', [id, passwordHash]);
  await transaction.query(
    `insert into memberships (person_id, organisation_id, role, password_opens, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $5)`,
    [id, organisationId, person.role, organisations.length === 0 && passwordHash !== null, now],
  );
  await recordChange(transaction, {
    ...author,
    action: 'person-joined',
    subject: `person:${id}`,
    details: { email, role: person.role },
  });
  return findPerson(transaction, organisationId, id);
}

/** The id of the person of this address, known or new, held: two organisations add a person one after the other. */
async function lockPerson(transaction: Transaction, email: string, now: Date): Promise<string> {
  await transaction.query(
    'insert into people (email, created_at) values ($1, $2) on conflict (email) do nothing',
    [email, now],
  );
  const [person] = await transaction.query<{ id: string }>(
    'select id from people where email = $1 for update',
    [email],
  );
  return person!.id;
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
 * Removes a person from the organisation and revokes their API tokens here: who is added again begins without any.
 *
 * @throws problem `not-found`, `sequence-conflict`, `last-administrator`, `forbidden` for a role above one's own
 */
export async function removePerson(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
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
  const tokens = await transaction.query<{ id: string }>(
    `select id from api_tokens where organisation_id = $1 and person_id = $2 and revoked_at is null
     order by id for no key update`,
    [organisationId, member.id],
  );
  for (const { id } of tokens)
    await revokeApiToken(transaction, recordChange, { ...author, tokenId: id, at: clock() });
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

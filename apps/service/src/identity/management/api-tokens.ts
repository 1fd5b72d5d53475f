import {
  type ApiTokenItem,
  apiTokenSelectors,
  type ListQuery,
  type MadeApiToken,
  type NewApiTokenBody,
  Problem,
  usualApiTokenSort,
} from '@meterhouse/contract';
import { type Author, checkSequence } from '../../platform/changes/index.ts';
import type { Queryable, Transaction } from '../../platform/database/types.ts';
import type { Caller, Role } from '../../platform/http/index.ts';
import { createListing } from '../../platform/listing/index.ts';
import { makeApiToken, revokeApiToken } from '../api-tokens.ts';
import { refuseAbove, refuseOperatorElsewhere } from './roles.ts';
import type { ManagementTools } from './tools.ts';

/** `$2` is the time at which their state is told. */
const tokens = {
  select: `t.id, t.name, t.role, t.last_four, t.person_id, t.provisioned, t.sequence, t.created_at, t.modified_at,
           t.expires_at, t.revoked_at, s.state`,
  from: `api_tokens t cross join lateral (
    select case when t.revoked_at is not null then 'revoked'
                when t.expires_at <= $2 then 'expired' else 'active' end as state
  ) s`,
};

const listing = createListing({
  selectors: apiTokenSelectors,
  columns: {
    id: 't.id',
    name: 't.name',
    role: 't.role',
    lastFour: 't.last_four',
    state: 's.state',
    personId: 't.person_id',
    createdAt: 't.created_at',
    modifiedAt: 't.modified_at',
    expiresAt: 't.expires_at',
    revokedAt: 't.revoked_at',
  },
  usualSort: usualApiTokenSort,
  key: 'id',
});

/** Who makes a change, and what they are: nobody touches a role above their own. */
export type By = Author & { readonly caller: Caller };

export function listApiTokens(on: Queryable, organisationId: string, now: Date, query: ListQuery) {
  return listing.page<TokenRow, ApiTokenItem>(on, query, {
    ...tokens,
    where: 't.organisation_id = $1',
    values: [organisationId, now],
    item: itemOf,
  });
}

export async function showApiToken(
  on: Queryable,
  organisationId: string,
  now: Date,
  tokenId: string,
): Promise<ApiTokenItem> {
  return itemOf(await readToken(on, organisationId, now, tokenId, ''));
}

/**
 * Makes a token. It belongs to whom the caller's own token belongs to, so that it ends when that person leaves.
 *
 * @throws problem `forbidden` for a role above one's own; `invalid-request` for an end that has passed
 */
export async function createApiToken(
  transaction: Transaction,
  tools: ManagementTools,
  { caller, ...author }: By,
  { name, role, expiresAt }: NewApiTokenBody,
): Promise<MadeApiToken> {
  const { organisationId } = author;
  const now = tools.clock();
  refuseAbove(caller, role);
  refuseOperatorElsewhere(role, await isOperators(transaction, organisationId));
  const end = expiresAt === undefined ? undefined : new Date(expiresAt);
  if (end !== undefined && !(end > now))
    throw new Problem('invalid-request', {
      errors: [{ pointer: '/expiresAt', message: 'must be a time that is still to come' }],
    });
  const personId = await ownerOf(transaction, caller);
  const { id, value } = await makeApiToken(transaction, tools.recordChange, {
    ...author,
    name,
    role,
    at: now,
    ...(personId === undefined ? {} : { personId }),
    ...(end === undefined ? {} : { expiresAt: end }),
  });
  return { ...(await showApiToken(transaction, organisationId, now, id)), value };
}

/** @throws problem `not-found`, `sequence-conflict`, `forbidden` for a role above one's own */
export async function renameApiToken(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  { caller, ...author }: By,
  tokenId: string,
  { name, sequence }: { readonly name: string; readonly sequence: number },
): Promise<ApiTokenItem> {
  const { organisationId } = author;
  const now = clock();
  const before = await lockToken(transaction, organisationId, now, tokenId, { sequence, caller });
  await transaction.query(
    'update api_tokens set name = $2, sequence = sequence + 1, modified_at = $3 where id = $1',
    [before.id, name, now],
  );
  await recordChange(transaction, {
    ...author,
    action: 'api-token-renamed',
    subject: `token:${before.id}`,
    details: { from: before.name, to: name },
  });
  return showApiToken(transaction, organisationId, now, tokenId);
}

/** @throws problem `not-found`, `sequence-conflict`, `forbidden`; `api-token-ended` for one that is revoked already */
export async function endApiToken(
  transaction: Transaction,
  { recordChange, clock }: ManagementTools,
  { caller, ...author }: By,
  tokenId: string,
  sequence: number,
): Promise<ApiTokenItem> {
  const { organisationId } = author;
  const now = clock();
  const { id } = await lockToken(transaction, organisationId, now, tokenId, { sequence, caller });
  if (!(await revokeApiToken(transaction, recordChange, { ...author, tokenId: id, at: now }))) throw ended();
  return showApiToken(transaction, organisationId, now, id);
}

/**
 * Makes a new token of the same name, role and owner; the old one ends after the grace. Where the old one had an end, the new
 * one lives as long as the old one was made for.
 *
 * @throws problem `not-found`, `sequence-conflict`, `forbidden`; `api-token-ended` for one that is no longer in force
 */
export async function rotateApiToken(
  transaction: Transaction,
  tools: ManagementTools,
  { caller, ...author }: By,
  tokenId: string,
  { graceSeconds, sequence }: { readonly graceSeconds: number; readonly sequence: number },
): Promise<MadeApiToken> {
  const { organisationId } = author;
  const now = tools.clock();
  const old = await lockToken(transaction, organisationId, now, tokenId, { sequence, caller });
  if (old.state !== 'active') throw ended();
  const lifetime = old.expires_at === null ? undefined : old.expires_at.getTime() - old.created_at.getTime();
  const made = await makeApiToken(transaction, tools.recordChange, {
    ...author,
    name: old.name,
    role: old.role,
    at: now,
    ...(old.person_id === null ? {} : { personId: old.person_id }),
    ...(lifetime === undefined ? {} : { expiresAt: new Date(now.getTime() + lifetime) }),
  });
  if (graceSeconds === 0)
    await revokeApiToken(transaction, tools.recordChange, { ...author, tokenId: old.id, at: now });
  else {
    const end = new Date(now.getTime() + graceSeconds * 1000);
    await transaction.query(
      `update api_tokens set expires_at = least(expires_at, $2), sequence = sequence + 1, modified_at = $3
       where id = $1`,
      [old.id, end, now],
    );
    await tools.recordChange(transaction, {
      ...author,
      action: 'api-token-rotated',
      subject: `token:${old.id}`,
      details: { name: old.name, next: made.id, graceSeconds },
    });
  }
  return { ...(await showApiToken(transaction, organisationId, now, made.id)), value: made.value };
}

const ended = () =>
  new Problem('api-token-ended', {
    detail: 'It is revoked or expired. Make a new one: POST /api/v1/api-tokens.',
  });

async function isOperators(on: Queryable, organisationId: string): Promise<boolean> {
  const [row] = await on.query<{ is_operator: boolean }>(
    'select is_operator from organisations where id = $1',
    [organisationId],
  );
  return row?.is_operator ?? false;
}

/** An operator who acts in another organisation is nobody's member there: the token stands by itself. */
async function ownerOf(on: Queryable, { tokenId, homeOrganisationId }: Caller): Promise<string | undefined> {
  if (tokenId === undefined || homeOrganisationId !== undefined) return undefined;
  const [row] = await on.query<{ person_id: string | null }>(
    'select person_id from api_tokens where id = $1',
    [tokenId],
  );
  return row?.person_id ?? undefined;
}

interface TokenRow {
  id: string;
  name: string;
  role: Role;
  last_four: string;
  person_id: string | null;
  provisioned: boolean;
  sequence: number;
  created_at: Date;
  modified_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  state: ApiTokenItem['state'];
}

async function readToken(
  on: Queryable,
  organisationId: string,
  now: Date,
  tokenId: string,
  lock: '' | 'for no key update of t',
): Promise<TokenRow> {
  const [row] = await on.query<TokenRow>(
    `select ${tokens.select} from ${tokens.from} where t.organisation_id = $1 and t.id = $3 ${lock}`,
    [organisationId, now, tokenId],
  );
  if (row === undefined)
    throw new Problem('not-found', { detail: 'Your organisation has no API token with this id.' });
  return row;
}

/** The token as it is to be changed, by somebody who saw its last change and whose role reaches it. */
async function lockToken(
  transaction: Transaction,
  organisationId: string,
  now: Date,
  tokenId: string,
  { sequence, caller }: { readonly sequence: number; readonly caller: Caller },
): Promise<TokenRow> {
  const token = await readToken(transaction, organisationId, now, tokenId, 'for no key update of t');
  checkSequence('The API token', token.sequence, sequence);
  refuseAbove(caller, token.role);
  return token;
}

function itemOf(row: TokenRow): ApiTokenItem {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    lastFour: row.last_four,
    state: row.state,
    ...(row.person_id === null ? {} : { personId: row.person_id }),
    provisioned: row.provisioned,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

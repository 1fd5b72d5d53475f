import { createHash, randomBytes } from 'node:crypto';
import type { RecordChange } from '../platform/audit/types.ts';
import type { Queryable, Transaction } from '../platform/database/types.ts';
import { type Role, roleAtLeast } from '../platform/http/caller.ts';

/** A long-lived API token, by what may be told of it: never its value, which is kept nowhere. */
export interface ApiToken {
  readonly id: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly name: string;
  /** The lower of its own and its owner's. */
  readonly role: Role;
  /** The access key in force, read by the same statement, so that an exchange need not ask again; none before the first. */
  readonly signingKid?: string;
}

export interface NewApiToken {
  readonly organisationId: string;
  readonly name: string;
  readonly role: Role;
  /** The owner; the token never reaches further than this person's own role. */
  readonly personId?: string;
  /** A value from the provisioning file: 128 random bits or more, which the reader of the file checks. Without it one is made. */
  readonly value?: string;
  readonly expiresAt?: Date;
  readonly provisioned?: boolean;
  /** When it is made; now, unless said. */
  readonly at?: Date;
  /** Who makes it, for the audit log. */
  readonly actor: string;
  readonly requestId?: string;
}

/** SHA-256 of a token: what the database knows of it. Fast, as nobody guesses 128 random bits. */
export function hashToken(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}

/** Makes a token of 256 random bits, or keeps the given one. The value is told this once. */
export async function makeApiToken(
  transaction: Transaction,
  recordChange: RecordChange,
  token: NewApiToken,
): Promise<{ id: string; value: string }> {
  const value = token.value ?? randomBytes(32).toString('base64url');
  const [row] = await transaction.query<{ id: string }>(
    `insert into api_tokens (organisation_id, name, role, secret_hash, last_four, person_id, provisioned, expires_at,
                             created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()), coalesce($9, now())) returning id`,
    [
      token.organisationId,
      token.name,
      token.role,
      hashToken(value),
      value.slice(-4),
      token.personId ?? null,
      token.provisioned ?? false,
      token.expiresAt ?? null,
      token.at ?? null,
    ],
  );
  const { id } = row!;
  await recordChange(transaction, {
    organisationId: token.organisationId,
    actor: token.actor,
    action: 'api-token-made',
    subject: `token:${id}`,
    details: { name: token.name, role: token.role },
    ...(token.requestId === undefined ? {} : { requestId: token.requestId }),
  });
  return { id, value };
}

/** The token with this value, when it is in force at `now`. */
export async function findApiToken(on: Queryable, value: string, now: Date): Promise<ApiToken | undefined> {
  const [row] = await on.query<
    TokenRow & { organisation_name: string; name: string; signing_kid: string | null }
  >(
    `select t.id, t.organisation_id, o.name as organisation_name, t.name, t.role, t.person_id, m.role as owner_role,
            (select kid from signing_keys where purpose = 'access' and retired_at is null) as signing_kid
     from api_tokens t
     join organisations o on o.id = t.organisation_id
     left join memberships m on m.person_id = t.person_id and m.organisation_id = t.organisation_id
     where t.secret_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)`,
    [hashToken(value), now],
    'find-api-token',
  );
  const role = row && reachOf(row);
  if (row === undefined || role === undefined) return undefined;
  return {
    id: row.id,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    name: row.name,
    role,
    ...(row.signing_kid === null ? {} : { signingKid: row.signing_kid }),
  };
}

/**
 * The role that a token has now, read for a change: nobody can revoke it, lower its owner or remove them before the change's
 * transaction ends, so either that or the change is first. Two owners who lower each other at one moment meet in a deadlock,
 * which ends one of them; made again, it is refused.
 */
export async function readTokenRole(
  transaction: Transaction,
  organisationId: string,
  tokenId: string,
  now: Date,
): Promise<Role | undefined> {
  const [token] = await transaction.query<Omit<TokenRow, 'owner_role'>>(
    `select id, organisation_id, role, person_id from api_tokens
     where id = $1 and organisation_id = $2
       and revoked_at is null and (expires_at is null or expires_at > $3)
     for share`,
    [tokenId, organisationId, now],
  );
  if (token === undefined || token.person_id === null) return token?.role;
  const [owner] = await transaction.query<{ role: Role }>(
    'select role from memberships where person_id = $1 and organisation_id = $2 for share',
    [token.person_id, organisationId],
  );
  return reachOf({ ...token, owner_role: owner?.role ?? null });
}

/** Ends a token at once. False when there is none in force with this id in the organisation. */
export async function revokeApiToken(
  transaction: Transaction,
  recordChange: RecordChange,
  revocation: { organisationId: string; tokenId: string; actor: string; at: Date; requestId?: string },
): Promise<boolean> {
  const { organisationId, tokenId, actor, at, requestId } = revocation;
  const rows = await transaction.query<{ name: string }>(
    `update api_tokens set revoked_at = $3, sequence = sequence + 1, modified_at = $3
     where id = $1 and organisation_id = $2 and revoked_at is null returning name`,
    [tokenId, organisationId, at],
  );
  if (rows.length === 0) return false;
  await recordChange(transaction, {
    organisationId,
    actor,
    action: 'api-token-revoked',
    subject: `token:${tokenId}`,
    details: { name: rows[0]!.name },
    ...(requestId === undefined ? {} : { requestId }),
  });
  return true;
}

interface TokenRow {
  id: string;
  organisation_id: string;
  role: Role;
  person_id: string | null;
  owner_role: Role | null;
}

/** A token of a person who has left the organisation reaches nothing. */
function reachOf({ role, person_id, owner_role }: TokenRow): Role | undefined {
  if (person_id === null) return role;
  if (owner_role === null) return undefined;
  return roleAtLeast(owner_role, role) ? role : owner_role;
}

import type { Queryable, Transaction } from '../database/types.ts';

/** Whose key it is: the same words of two callers are two keys. */
export interface KeyOwner {
  readonly organisationId: string;
  readonly actor: string;
  readonly key: string;
}

export interface KeptAnswer {
  /** SHA-256 of the request that was answered. */
  readonly request: Buffer;
  readonly status: number;
  readonly location: string | null;
  /** As it was sent; null where there was none, or where it carried a secret. */
  readonly body: string | null;
  readonly secret: boolean;
}

/** How long a key is known, milliseconds. */
export const keptFor = 24 * 3600 * 1000;

/** Holds the key until the transaction ends. False: another request with it is under way. */
export async function holdKey(
  transaction: Transaction,
  { organisationId, actor, key }: KeyOwner,
): Promise<boolean> {
  const [row] = await transaction.query<{ held: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as held',
    [JSON.stringify(['idempotency', organisationId, actor, key])],
  );
  return row!.held;
}

/** What was answered to the key, unless that was too long ago. */
export async function findAnswer(
  transaction: Transaction,
  { organisationId, actor, key }: KeyOwner,
  now: Date,
): Promise<KeptAnswer | undefined> {
  const [row] = await transaction.query<KeptAnswer>(
    `select request_digest as request, status, location, body, secret from idempotency_keys
     where organisation_id = $1 and actor = $2 and key = $3 and made_at > $4`,
    [organisationId, actor, key, new Date(now.getTime() - keptFor)],
  );
  return row;
}

export async function keepAnswer(
  transaction: Transaction,
  { organisationId, actor, key }: KeyOwner,
  answer: KeptAnswer,
  now: Date,
): Promise<void> {
  const { request, status, location, body, secret } = answer;
  await transaction.query(
    `insert into idempotency_keys
       (organisation_id, actor, key, request_digest, status, location, body, secret, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (organisation_id, actor, key) do update
       set request_digest = excluded.request_digest, status = excluded.status, location = excluded.location,
           body = excluded.body, secret = excluded.secret, made_at = excluded.made_at`,
    [organisationId, actor, key, request, status, location, body, secret, now],
  );
}

/** Housekeeping: forgets keys that no request could find any more. */
export async function forgetAnswers(on: Queryable, now: Date): Promise<void> {
  await on.query('delete from idempotency_keys where made_at <= $1', [new Date(now.getTime() - keptFor)]);
}

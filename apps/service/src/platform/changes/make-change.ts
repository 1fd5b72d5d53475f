import { createHash } from 'node:crypto';
import { Problem } from '@meterhouse/contract';
import canonicalize from 'canonicalize';
import type { FastifyRequest } from 'fastify';
import type { Database, Transaction } from '../database/types.ts';
import type { Caller } from '../http/caller.ts';
import { findAnswer, holdKey, type KeptAnswer, keepAnswer } from './kept-answers.ts';
import type { ChangeAnswer, ChangeReply, MakeChange } from './types.ts';

/** What is sent: made just now, or kept from the first time. */
type Sent = Pick<KeptAnswer, 'status' | 'location' | 'body'> & { readonly replayed: boolean };

export function createMakeChange({
  database,
  confirmCaller,
  clock,
}: {
  database: Database;
  /** Of the identity room. */
  confirmCaller: (transaction: Transaction, caller: Caller) => Promise<void>;
  clock: () => Date;
}): MakeChange {
  return async (request, reply, work) => {
    const { caller, id: requestId } = request;
    const { organisationId, actor } = caller;
    const key = keyOf(request);
    const secret = request.routeOptions.config.noStore === true;

    const sent = await database.transaction(async (transaction): Promise<Sent> => {
      await confirmCaller(transaction, caller);
      const author = { organisationId, actor, requestId };
      if (key === undefined) return serialised(reply, await work(transaction, author));
      const owner = { organisationId, actor, key };
      if (!(await holdKey(transaction, owner)))
        throw new Problem('idempotency-running', { headers: { 'Retry-After': '1' } });
      const digest = digestOf(request);
      const kept = await findAnswer(transaction, owner, clock());
      if (kept !== undefined) return replay(kept, digest);
      const made = serialised(reply, await work(transaction, author));
      const body = secret ? null : made.body;
      await keepAnswer(transaction, owner, { ...made, request: digest, body, secret }, clock());
      return made;
    });
    await send(reply, sent);
  };
}

/** The form was checked with the other headers. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
}

/** A password counts by being there alone: a digest of it that is quick to compute must not be kept. */
function digestOf({ method, url, body }: FastifyRequest): Buffer {
  const told =
    typeof body === 'object' && body !== null && 'password' in body ? { ...body, password: true } : body;
  return createHash('sha256')
    .update(canonicalize([method, url, told ?? null]) ?? '')
    .digest();
}

function replay({ request, status, location, body, secret }: KeptAnswer, digest: Buffer): Sent {
  if (!request.equals(digest))
    throw new Problem('idempotency-key-reused', { detail: 'Send a key of its own with every request.' });
  if (secret)
    throw new Problem('idempotency-secret', {
      detail: 'It was made; its secret was shown once and is kept nowhere.',
      ...(location === null ? {} : { members: { location } }),
    });
  return { status, location, body, replayed: true };
}

/** The text of the answer by the schema of its status: what is kept is what is sent. */
function serialised(reply: ChangeReply, { status = 200, location, body }: ChangeAnswer): Sent {
  reply.code(status as never);
  return {
    status,
    location: location ?? null,
    body: body === undefined ? null : reply.serialize(body).toString(),
    replayed: false,
  };
}

async function send(reply: ChangeReply, { status, location, body, replayed }: Sent): Promise<void> {
  reply.code(status as never);
  if (location !== null) reply.header('location' as never, location);
  if (replayed) reply.header('idempotency-replayed' as never, 'true');
  if (body !== null) reply.header('content-type' as never, 'application/json; charset=utf-8');
  await reply.send((body ?? undefined) as never);
}

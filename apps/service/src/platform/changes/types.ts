import type { FastifyRequest } from 'fastify';
import type { Transaction } from '../database/types.ts';

/** Who makes a change, in which organisation, as the audit log wants it. */
export interface Author {
  readonly organisationId: string;
  readonly actor: string;
  readonly requestId: string;
}

/** What a change answers when it is made. */
export interface ChangeAnswer {
  /** 200 unless said; 204 has no body. */
  readonly status?: 200 | 201 | 202 | 204;
  /** The address of what was made. */
  readonly location?: string;
  readonly body?: object;
}

/** As much of a reply as a change needs, whatever its route's types are. */
export interface ChangeReply {
  code(status: never): unknown;
  header(name: never, value: string): unknown;
  serialize(payload: unknown): string | ArrayBuffer | Buffer;
  send(payload: never): unknown;
}

/**
 * Makes a change and answers the request with it. One transaction holds all of it: the caller's standing is read again
 * (`confirmCaller`), the `Idempotency-Key` is looked up, `work` runs, its answer is kept under the key. When `work` throws,
 * nothing is kept and the key is free again.
 *
 * @throws what `work` throws; problem `unauthenticated` or `forbidden` when the caller may no longer;
 * `idempotency-key-reused`, `idempotency-running`, `idempotency-secret`
 */
export type MakeChange = (
  request: FastifyRequest,
  reply: ChangeReply,
  work: (transaction: Transaction, author: Author) => Promise<ChangeAnswer>,
) => Promise<void>;

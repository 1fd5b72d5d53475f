import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What we repeat into logs and answers: a caller's own id when it is short and plain, else a new one. */
const plain = /^[A-Za-z0-9._:/+=-]{1,128}$/;

export function requestId(request: IncomingMessage): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && plain.test(own) ? own : randomUUID();
}

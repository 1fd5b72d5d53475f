import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * A UUID or a short word. What is believed goes into logs, records and answers, and a client that mistakes one header for
 * another must not put its token there: an API token has 22 characters or more (128 bits at 6 a character) and is no UUID,
 * which provisioning refuses; all others are longer.
 */
const noToken = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9._-]{1,16})$/i;

/** Under which logs and answers tell of a request: the caller's own id where it can be no token, else a new one. */
export function requestId(request: IncomingMessage): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && noToken.test(own) ? own : randomUUID();
}

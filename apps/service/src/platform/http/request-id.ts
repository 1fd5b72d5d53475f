import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isNoToken } from './no-token.ts';

/** Under which logs and answers tell of a request: the caller's own id where it can be no token, else a new one. */
export function requestId(request: IncomingMessage): string {
  const own = request.headers['x-request-id'];
  return typeof own === 'string' && isNoToken(own) ? own : randomUUID();
}

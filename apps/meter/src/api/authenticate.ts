import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';
import type { Sessions } from './sessions.ts';

/** What is answered without a session; the last three tell little to strangers. */
const PUBLIC: ReadonlySet<string | undefined> = new Set(['/api/v1/login', '/healthz', '/readyz', '/metrics']);

/** Holds every other route to a session, before any body is read. Cookies count for nothing. */
export function requireSessions(app: FastifyInstance, sessions: Sessions): void {
  app.addHook('onRequest', async (request) => {
    if (PUBLIC.has(request.routeOptions.url)) return;
    const id = sessionIdOf(request);
    if (id === undefined || !sessions.holds(id))
      throw new ApiError('GW_LOGIN_REQUIRED', 'Your session not found or already expired. Please login');
  });
}

/** From the header `sessionid`, or else as a bearer; undefined when there is none, or one that none of ours looks like. */
export function sessionIdOf({ headers }: FastifyRequest): string | undefined {
  const { sessionid, authorization } = headers;
  const id = typeof sessionid === 'string' ? sessionid : /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return id !== undefined && /^[A-Za-z0-9_-]{43}$/.test(id) ? id : undefined;
}

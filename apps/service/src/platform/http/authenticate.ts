import { Problem } from '@meterhouse/contract';
import type { FastifyRequest } from 'fastify';
import { type Caller, type Role, roleAtLeast } from './caller.ts';
import type { Access, App, Authenticate } from './types.ts';

const organisationHeader = 'meterhouse-organisation';

/**
 * Finds out who calls before anything of the request is read, looked up or told: 401 without a good token, 403 with a role
 * that does not reach. Cookies count for nothing here.
 */
export function authenticateCallers(app: App, authenticate: Authenticate): void {
  app.decorateRequest('caller');
  async function admit(request: FastifyRequest, access: Exclude<Access, 'public'>): Promise<void> {
    const bearer = bearerOf(request);
    if (bearer === undefined)
      throw new Problem('unauthenticated', {
        detail: 'Send an access token as "Authorization: Bearer <token>" or in the header csp-auth-token.',
      });
    const organisation = request.headers[organisationHeader];
    if (Array.isArray(organisation)) throw new Problem('malformed-request');
    request.caller = await authenticate(bearer, organisation);
    refuseUnlessAllowed(request.caller, access, request);
  }
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) return done();
    const { access } = request.routeOptions.config;
    if (access === 'public') return done();
    admit(request, access).then(() => done(), done);
  });
}

/** The token of a request: `Authorization: Bearer …`, or the header `csp-auth-token`. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  const scheme = /^bearer +([^ ]+) *$/i.exec(headers.authorization ?? '');
  if (scheme !== null) return scheme[1];
  const own = headers['csp-auth-token'];
  return typeof own === 'string' && own !== '' ? own : undefined;
}

function refuseUnlessAllowed(
  caller: Caller,
  access: Exclude<Access, 'public'>,
  request: FastifyRequest,
): void {
  const forMeters = access === 'meter' || access === 'meter-view';
  if (caller.agentId !== undefined) {
    const named = (request.params as { agentId?: string }).agentId?.toLowerCase();
    if (forMeters && named === caller.agentId.toLowerCase()) return;
    throw new Problem('forbidden', {
      detail: 'A meter uploads for itself and sees its own uploads, nothing else.',
    });
  }
  const least = leastRole(access);
  if (roleAtLeast(caller.role, least)) return;
  throw new Problem('forbidden', {
    detail: `This needs the role ${least}; your token has the role ${caller.role}.`,
  });
}

/** The role that people and API tokens need where `access` lets meters in as well. */
export function leastRole(access: Exclude<Access, 'public'>): Role {
  if (access === 'meter') return 'reporter';
  return access === 'meter-view' ? 'reader' : access;
}

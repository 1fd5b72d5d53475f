import { Problem, type ProblemCode, type ProblemDocument } from '@meterhouse/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { faultsOf } from './faults.ts';
import type { App } from './types.ts';

/** What the framework, or PostgreSQL, calls the faults that it finds itself. */
const frameworkFaults: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_BAD_URL: 'malformed-request',
  // Its own words repeat the whole address, query and all.
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
};

/**
 * The constraints that keep a name to one thing. Two took it at the same moment: the second one looked and found it free, its
 * statement did not. Any other row that is there twice is a fault of ours.
 */
const names: ReadonlySet<string> = new Set([
  'contracts_organisation_id_number_key',
  'customer_rules_target',
  'customers_organisation_id_name_key',
  'memberships_pkey',
  'organisations_name_key',
  'organisations_partner_id_key',
  'sites_contract_id_name_key',
]);
const uniqueViolation = '23505';

/**
 * Parts that are away or full, by the codes of the system and of PostgreSQL. They pass, so a meter keeps its package and comes
 * again; as `internal` it would be a riddle.
 */
const passingFaults: Readonly<Record<string, ProblemCode>> = {
  ENOSPC: 'storage-low',
  EDQUOT: 'storage-low',
  '53100': 'storage-low',
  ECONNREFUSED: 'unavailable',
  '08001': 'unavailable',
  '08003': 'unavailable',
  '08006': 'unavailable',
  '53300': 'unavailable',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
};

/** The problem behind whatever a handler threw. What nobody foresaw is `internal` and tells the caller nothing. */
export function asProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode, validation, message } = error as Partial<FastifyError>;
  if (validation !== undefined) return new Problem('invalid-request', { errors: faultsOf(request) });
  const known = code === undefined ? undefined : frameworkFaults[code];
  if (known !== undefined) return new Problem(known, { cause: error });
  const { constraint } = error as { constraint?: string };
  if (code === uniqueViolation && constraint !== undefined && names.has(constraint))
    return new Problem('already-exists', { cause: error });
  const passing = code === undefined ? undefined : passingFaults[code];
  if (passing !== undefined) return new Problem(passing, { cause: error, headers: { 'Retry-After': '10' } });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem('malformed-request', { ...(message ? { detail: message } : {}), cause: error });
  return new Problem('internal', {
    detail: `Ask the people who run this service to look for request ${request.id} in its log.`,
    cause: error,
  });
}

export function problemDocument(problem: Problem, publicUrl: string, requestId?: string): ProblemDocument {
  return {
    type: `${publicUrl}/docs/problems/${problem.code}`,
    title: problem.title,
    status: problem.statusCode,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
    ...problem.members,
  };
}

/** Answers everything that is thrown in a hook or a handler. */
export function answerProblems(app: App, publicUrl: () => string): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error, request);
    if (problem.code === 'internal')
      request.log.error({ err: problem.cause ?? problem }, 'a request failed in a way nobody foresaw');
    else if (problem.statusCode >= 500) request.log.warn({ err: problem.cause ?? problem }, problem.title);
    return sendProblem(problem, request, reply, publicUrl());
  });
}

/** Sends a problem, in the compatible shape where the route has one. */
export function sendProblem(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
) {
  const render = request.routeOptions.config?.renderProblem;
  const body = render?.(problem, request) ?? problemDocument(problem, publicUrl, request.id);
  reply.removeHeader('content-encoding').removeHeader('content-disposition').removeHeader('etag');
  if (problem.statusCode === 401) reply.header('www-authenticate', challenge(request));
  // What is left of the body would be taken for the next request.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply
    .code(problem.statusCode)
    .headers(problem.headers)
    .type(render ? 'application/json; charset=utf-8' : 'application/problem+json')
    .serializer((value: unknown) => value as string)
    .send(JSON.stringify(body));
}

/** RFC 6750, 3: the error is named only when there was a token. */
function challenge({ headers }: FastifyRequest): string {
  const sent = headers.authorization !== undefined || headers['csp-auth-token'] !== undefined;
  return `Bearer realm="meterhouse"${sent ? ', error="invalid_token"' : ''}`;
}

import formbody from '@fastify/formbody';
import { AuthorizeAnswer, AuthorizeForm, GatewayError, Problem } from '@meterhouse/contract';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { App, Routes } from '../platform/http/index.ts';
import type { ExchangeApiToken } from './exchange-api-token.ts';

const fields = ['refresh_token', 'api_token'] as const;

/** The token gateway at its published path, with its published refusals. */
export function gatewayRoutes({
  exchange,
  allowTokenInQuery,
}: {
  exchange: ExchangeApiToken;
  allowTokenInQuery: boolean;
}): Routes {
  return async (app: App) => {
    // A form and nothing else.
    app.removeContentTypeParser('application/json');
    await app.register(formbody);
    app.post(
      '/csp/gateway/am/api/auth/api-tokens/authorize',
      {
        config: {
          refuses: ['invalid-grant'],
          access: 'public',
          noStore: true,
          renderProblem: renderGatewayError,
        },
        attachValidation: true,
        schema: {
          operationId: 'exchangeApiToken',
          summary: 'Exchange an API token for an access token of 30 minutes',
          tags: ['tokens'],
          consumes: ['application/x-www-form-urlencoded'],
          querystring: Type.Object({}, { additionalProperties: true }),
          body: AuthorizeForm,
          response: { 200: AuthorizeAnswer, '4xx': GatewayError },
        },
      },
      async (request) => exchange(apiTokenOf(request, allowTokenInQuery), request.ip),
    );
  };
}

/** Exactly one field, once. A token in a query ends in other people's logs, so it takes a word from the operator. */
function apiTokenOf(request: FastifyRequest, allowTokenInQuery: boolean): string {
  const form = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const query = request.query as Readonly<Record<string, unknown>>;
  const inQuery = fields.some((field) => query[field] !== undefined);
  if (inQuery && !allowTokenInQuery)
    throw new Problem('invalid-request', {
      detail: 'Send the token in the form body: a query string ends in logs. This token should be replaced.',
    });
  const values = [form, query].flatMap((part) => fields.flatMap((field) => part[field] ?? []));
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'string' || value === '')
    throw new Problem('invalid-request', { detail: 'Send exactly one of refresh_token and api_token.' });
  return value;
}

function renderGatewayError(problem: Problem, request: FastifyRequest): GatewayError {
  const errorCode = problem.code === 'rate-limited' ? 'too_many_requests' : problem.code.replaceAll('-', '_');
  return {
    errorCode,
    message: `${errorCode}: ${problem.message}`,
    moduleCode: 340,
    statusCode: problem.statusCode,
    requestId: request.id,
  };
}

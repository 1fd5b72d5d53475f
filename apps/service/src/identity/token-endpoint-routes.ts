import formbody from '@fastify/formbody';
import {
  CLIENT_ASSERTION_TYPE,
  KeySet,
  Problem,
  ServerMetadata,
  TokenAnswer,
  TokenError,
  TokenForm,
} from '@meterhouse/contract';
import { decodeJwt } from 'jose';
import type { App, Routes } from '../platform/http/index.ts';
import { type AccessTokens, expiresIn } from './access-tokens.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { UseAssertion } from './client-assertions.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Where meters sign in, and what a meter or anybody must know to do so or to verify our tokens. */
export function tokenEndpointRoutes({
  useAssertion,
  accessTokens,
  keys,
  limits,
  issuer,
}: {
  useAssertion: UseAssertion;
  accessTokens: AccessTokens;
  keys: SigningKeys;
  limits: AttemptLimits;
  issuer: () => string;
}): Routes {
  async function signIn(form: TokenForm, address: string): Promise<TokenAnswer> {
    await limits.admit(address);
    const { organisationId, agentId, kid } = await useAssertion(form.client_assertion).catch(
      async (error: unknown) => {
        if (error instanceof Problem) await limits.failed(address, claimedIssuer(form.client_assertion));
        throw error;
      },
    );
    const access_token = await accessTokens.issue({
      organisationId,
      role: 'reporter',
      actor: `meter:${agentId}`,
      agentId,
      keyId: kid,
    });
    return { access_token, token_type: 'Bearer', expires_in: expiresIn };
  }

  return async (app: App) => {
    await app.register(async (scope) => {
      const forms = scope as App;
      forms.removeContentTypeParser('application/json');
      await forms.register(formbody);
      forms.post(
        '/oauth2/token',
        {
          config: {
            refuses: ['invalid-client', 'unsupported-grant-type', 'malformed-request'],
            access: 'public',
            noStore: true,
            renderProblem: renderTokenError,
          },
          schema: {
            operationId: 'signInMeter',
            summary: 'A meter signs in with its key',
            tags: ['tokens'],
            consumes: ['application/x-www-form-urlencoded'],
            body: TokenForm,
            response: { 200: TokenAnswer, '4xx': TokenError },
          },
        },
        async (request) => {
          refuseOtherGrants(request.body);
          return await signIn(request.body, request.ip);
        },
      );
    });

    app.get(
      '/.well-known/oauth-authorization-server',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getAuthorizationServer',
          summary: 'The issuer and where it is asked (RFC 8414)',
          tags: ['tokens'],
          response: { 200: ServerMetadata },
        },
      },
      async () => ({
        issuer: issuer(),
        token_endpoint: `${issuer()}/oauth2/token`,
        jwks_uri: `${issuer()}/.well-known/jwks.json`,
        grant_types_supported: ['client_credentials'],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['EdDSA'],
      }),
    );

    app.get(
      '/.well-known/jwks.json',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listAccessTokenKeys',
          summary: 'Public keys of the access tokens',
          tags: ['tokens'],
          response: { 200: KeySet },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=60');
        return { keys: (await keys.published('access')) as { kid: string; kty: string }[] };
      },
    );
  };
}

function refuseOtherGrants(form: TokenForm): void {
  if (form.grant_type !== 'client_credentials')
    throw new Problem('unsupported-grant-type', { detail: 'grant_type must be client_credentials.' });
  if (form.client_assertion_type !== CLIENT_ASSERTION_TYPE)
    throw new Problem('invalid-request', {
      detail: `client_assertion_type must be ${CLIENT_ASSERTION_TYPE}.`,
    });
  if (form.client_id !== undefined && form.client_id !== claimedIssuer(form.client_assertion))
    throw new Problem('invalid-client', { detail: 'client_id and the iss of the assertion differ.' });
}

/** What the assertion says of itself, unverified. */
function claimedIssuer(assertion: string): string {
  try {
    return decodeJwt(assertion).iss?.slice(0, 36) ?? '';
  } catch {
    return '';
  }
}

/** RFC 6749, 5.2. Every fault is told, in one text, as the shape has no list. */
function renderTokenError(problem: Problem): TokenError {
  const faults = (problem.errors ?? []).map(({ pointer, message }) =>
    `${pointer.slice(1)} ${message}`.trim(),
  );
  return {
    error: problem.code.replaceAll('-', '_'),
    error_description: [problem.message, ...faults].join('; '),
  };
}

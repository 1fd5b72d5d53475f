/**
 * Tokens. The gateway keeps the shapes that providers' scripts know; the token endpoint of meters speaks OAuth 2.0
 * (RFC 6749, RFC 7523), and its refusals are those of RFC 6749, 5.2.
 */
import Type, { type Static } from 'typebox';
import { shown } from './everywhere.ts';

/** Exactly one of the two; whatever else old scripts send (`passcode`, `scope`, …) is ignored. */
export const AuthorizeForm = Type.Object(
  {
    refresh_token: Type.Optional(shown('fu3dR8kqTtY2cF3k', 'The API token.')),
    api_token: Type.Optional(Type.String({ description: 'The API token, by its newer name.' })),
  },
  { additionalProperties: true },
);

export const AuthorizeAnswer = Type.Object(
  {
    id_token: shown('eyJhbGciOiJFUzI1NiJ9.e30.c2ln', 'Says who; it is no access token.'),
    token_type: Type.Literal('bearer'),
    expires_in: Type.Integer({ description: 'Seconds.', examples: [1799] }),
    scope: shown('organisation:caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11 role:administrator'),
    access_token: shown(
      'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
      'Goes into `Authorization: Bearer …` of every other call.',
    ),
    refresh_token: shown('fu3dR8kqTtY2cF3k', 'The API token that was sent.'),
  },
  { additionalProperties: false },
);
export type AuthorizeAnswer = Static<typeof AuthorizeAnswer>;

/** A refusal of the gateway, in its published shape. */
export const GatewayError = Type.Object(
  {
    errorCode: Type.String({ examples: ['invalid_grant'] }),
    message: Type.String({ examples: ['invalid_grant: Invalid refresh token: …cF3k'] }),
    moduleCode: Type.Literal(340),
    statusCode: Type.Integer({ examples: [400] }),
    requestId: shown('2398db95-7a43-4a05-8d6b-5c4dbb1e0a4f'),
  },
  { additionalProperties: false },
);
export type GatewayError = Static<typeof GatewayError>;

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Longest time from `iat` to `exp` of a meter's assertion, seconds. */
export const ASSERTION_SECONDS = 300;

/**
 * How a meter signs in (`private_key_jwt`). The assertion is a JWT signed with EdDSA by the meter's current key: `iss` and
 * `sub` are the `registration` of its activation, `aud` is the issuer and nothing else, `jti` is new each time, `exp` is at
 * most 5 minutes after `iat`.
 */
export const TokenForm = Type.Object(
  {
    grant_type: Type.String({ examples: ['client_credentials'] }),
    client_assertion_type: Type.String({ examples: [CLIENT_ASSERTION_TYPE] }),
    client_assertion: shown('eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiIuLi4ifQ.c2ln'),
    client_id: Type.Optional(Type.String({ description: 'When sent, the registration.' })),
  },
  { additionalProperties: true },
);
export type TokenForm = Static<typeof TokenForm>;

export const TokenAnswer = Type.Object(
  {
    access_token: shown('eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln'),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds.', examples: [1799] }),
  },
  { additionalProperties: false },
);
export type TokenAnswer = Static<typeof TokenAnswer>;

export const TokenError = Type.Object(
  {
    error: Type.String({ examples: ['invalid_client'] }),
    error_description: shown('This assertion was used before: jti must be new.'),
  },
  { additionalProperties: false },
);
export type TokenError = Static<typeof TokenError>;

/** RFC 8414: a meter learns the issuer here, which its assertions must name to the letter. */
export const ServerMetadata = Type.Object(
  {
    issuer: shown('https://usage.example.com'),
    token_endpoint: shown('https://usage.example.com/oauth2/token'),
    jwks_uri: shown('https://usage.example.com/.well-known/jwks.json'),
    grant_types_supported: Type.Array(shown('client_credentials')),
    response_types_supported: Type.Array(Type.String()),
    token_endpoint_auth_methods_supported: Type.Array(shown('private_key_jwt')),
    token_endpoint_auth_signing_alg_values_supported: Type.Array(shown('EdDSA')),
  },
  { additionalProperties: false },
);
export type ServerMetadata = Static<typeof ServerMetadata>;

export const KeySet = Type.Object(
  {
    keys: Type.Array(
      Type.Object({ kid: shown('2023-01'), kty: shown('EC') }, { additionalProperties: true }),
    ),
  },
  { additionalProperties: false },
);

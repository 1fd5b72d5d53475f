/**
 * Tokens. The gateway keeps the shapes that providers' scripts know; the token endpoint of meters speaks OAuth 2.0
 * (RFC 6749, RFC 7523), and its refusals are those of RFC 6749, 5.2.
 */
import Type, { type Static } from 'typebox';

/** Exactly one of the two; whatever else old scripts send (`passcode`, `scope`, …) is ignored. */
export const AuthorizeForm = Type.Object(
  {
    refresh_token: Type.Optional(Type.String({ description: 'The API token.' })),
    api_token: Type.Optional(Type.String({ description: 'The API token, by its newer name.' })),
  },
  { additionalProperties: true },
);

export const AuthorizeAnswer = Type.Object(
  {
    id_token: Type.String({ description: 'Says who; it is no access token.' }),
    token_type: Type.Literal('bearer'),
    expires_in: Type.Integer({ description: 'Seconds.', examples: [1799] }),
    scope: Type.String(),
    access_token: Type.String({ description: 'Goes into `Authorization: Bearer …` of every other call.' }),
    refresh_token: Type.String({ description: 'The API token that was sent.' }),
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
    statusCode: Type.Integer(),
    requestId: Type.String(),
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
    client_assertion: Type.String(),
    client_id: Type.Optional(Type.String({ description: 'When sent, the registration.' })),
  },
  { additionalProperties: true },
);
export type TokenForm = Static<typeof TokenForm>;

export const TokenAnswer = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds.', examples: [1799] }),
  },
  { additionalProperties: false },
);
export type TokenAnswer = Static<typeof TokenAnswer>;

export const TokenError = Type.Object(
  { error: Type.String({ examples: ['invalid_client'] }), error_description: Type.String() },
  { additionalProperties: false },
);
export type TokenError = Static<typeof TokenError>;

/** RFC 8414: a meter learns the issuer here, which its assertions must name to the letter. */
export const ServerMetadata = Type.Object(
  {
    issuer: Type.String(),
    token_endpoint: Type.String(),
    jwks_uri: Type.String(),
    grant_types_supported: Type.Array(Type.String()),
    response_types_supported: Type.Array(Type.String()),
    token_endpoint_auth_methods_supported: Type.Array(Type.String()),
    token_endpoint_auth_signing_alg_values_supported: Type.Array(Type.String()),
  },
  { additionalProperties: false },
);
export type ServerMetadata = Static<typeof ServerMetadata>;

export const KeySet = Type.Object(
  {
    keys: Type.Array(Type.Object({ kid: Type.String(), kty: Type.String() }, { additionalProperties: true })),
  },
  { additionalProperties: false },
);

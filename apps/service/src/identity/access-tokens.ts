import { randomUUID } from 'node:crypto';
import { Problem } from '@meterhouse/contract';
import { errors, jwtVerify, SignJWT } from 'jose';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Caller } from '../platform/http/index.ts';
import { createSignedThisSecond } from './signed-this-second.ts';
import { accessAlgorithm, accessTokenSeconds, type SigningKeys } from './signing-keys.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** What `expires_in` says: a client that trusts it never sends a token in its last second. */
export const expiresIn = accessTokenSeconds - 1;

/**
 * Tokens of 30 minutes. An access token says `typ: at+jwt` (RFC 9068) and is for the API; an id token says `JWT` and is for
 * whoever asked. Neither passes for the other: both `typ` and `aud` differ.
 */
const kinds = {
  access: { typ: 'at+jwt', aud: 'meterhouse-api' },
  id: { typ: 'JWT', aud: 'meterhouse-client' },
} as const;

const Claims = Type.Object({
  sub: Type.String(),
  organisation: Type.String(),
  role: Type.Enum(['operator', 'administrator', 'reporter', 'reader']),
  /** The API token that was exchanged. */
  token: Type.Optional(Type.String()),
  /** The meter, and the thumbprint of the key it signed in with. */
  agent: Type.Optional(Type.String()),
  key: Type.Optional(Type.String()),
});
type Claims = Static<typeof Claims>;

export interface AccessTokens {
  /**
   * An access token that stands for this caller.
   *
   * @param kid of the access key in force, where it was read a moment ago
   */
  issue(caller: Caller, kid?: string): Promise<string>;
  /** An id token for people's scripts: who, in which organisation. */
  issueIdToken(caller: Caller, organisationName: string, kid?: string): Promise<string>;
  /** @throws problem `unauthenticated` when the bearer is no access token of ours in force */
  authenticate(bearer: string): Promise<Caller>;
}

export function createAccessTokens({
  keys,
  publicUrl,
  clock,
}: {
  keys: SigningKeys;
  publicUrl: () => string;
  clock: () => Date;
}): AccessTokens {
  const verified = createVerifiedTokens();
  const signed = createSignedThisSecond();

  async function sign(
    kind: keyof typeof kinds,
    claims: Record<string, unknown>,
    inForce: string | undefined,
  ): Promise<string> {
    const { kid, algorithm, privateKey } = await keys.current('access', inForce);
    const now = Math.floor(clock().getTime() / 1000);
    const { typ, aud } = kinds[kind];
    return signed.of(now, JSON.stringify([kid, typ, claims]), () =>
      new SignJWT({ ...claims, jti: randomUUID() })
        .setProtectedHeader({ alg: algorithm, typ, kid })
        .setIssuer(publicUrl())
        .setAudience(aud)
        .setIssuedAt(now)
        .setExpirationTime(now + accessTokenSeconds)
        .sign(privateKey),
    );
  }

  return {
    issue: (caller, kid) => sign('access', claimsOf(caller), kid),

    issueIdToken: ({ actor, organisationId, role }, organisationName, kid) =>
      sign(
        'id',
        { sub: actor, organisation: organisationId, organisation_name: organisationName, role },
        kid,
      ),

    async authenticate(bearer) {
      const known = verified.find(bearer, clock());
      if (known !== undefined) return known;
      try {
        const { payload } = await jwtVerify(
          bearer,
          async ({ kid }) => {
            const key = kid === undefined ? undefined : await keys.find('access', kid);
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            issuer: publicUrl(),
            audience: kinds.access.aud,
            typ: kinds.access.typ,
            algorithms: [accessAlgorithm],
            requiredClaims: ['exp', 'iat', 'sub'],
            currentDate: clock(),
          },
        );
        const caller = callerOf(Value.Parse(Claims, payload));
        verified.keep(bearer, caller, payload.exp!, clock());
        return caller;
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        const detail =
          error instanceof errors.JWTExpired
            ? 'The access token has expired. Exchange your API token for a new one.'
            : 'The token is not an access token of this service.';
        throw new Problem('unauthenticated', { detail, cause: error });
      }
    },
  };
}

function claimsOf({ actor, organisationId, role, tokenId, agentId, keyId }: Caller): Claims {
  return {
    sub: actor,
    organisation: organisationId,
    role,
    ...(tokenId === undefined ? {} : { token: tokenId }),
    ...(agentId === undefined ? {} : { agent: agentId }),
    ...(keyId === undefined ? {} : { key: keyId }),
  };
}

function callerOf({ sub, organisation, role, token, agent, key }: Claims): Caller {
  return {
    actor: sub,
    organisationId: organisation,
    role,
    ...(token === undefined ? {} : { tokenId: token }),
    ...(agent === undefined ? {} : { agentId: agent }),
    ...(key === undefined ? {} : { keyId: key }),
  };
}

import { type AuthorizeAnswer, Problem } from '@meterhouse/contract';
import type { Database } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/index.ts';
import { type AccessTokens, expiresIn } from './access-tokens.ts';
import { findApiToken } from './api-tokens.ts';
import type { AttemptLimits } from './attempt-limits.ts';

/**
 * Exchanges an API token for an access token of its organisation.
 *
 * @throws problem `invalid-grant` when the token is unknown, revoked or expired
 * @throws problem `rate-limited`
 */
export type ExchangeApiToken = (apiToken: string, address: string) => Promise<AuthorizeAnswer>;

export function createExchange({
  database,
  accessTokens,
  limits,
  clock,
}: {
  database: Database;
  accessTokens: AccessTokens;
  limits: AttemptLimits;
  clock: () => Date;
}): ExchangeApiToken {
  return async (apiToken, address) => {
    await limits.admit(address);
    const token = await findApiToken(database, apiToken, clock());
    if (token === undefined) {
      await limits.failed(address, apiToken.slice(0, 8));
      throw new Problem('invalid-grant', { detail: `Invalid refresh token: …${lastFour(apiToken)}` });
    }
    const { organisationId, organisationName, role, id, signingKid } = token;
    const caller: Caller = { organisationId, role, actor: `token:${id}`, tokenId: id };
    return {
      id_token: await accessTokens.issueIdToken(caller, organisationName, signingKid),
      token_type: 'bearer',
      expires_in: expiresIn,
      scope: `organisation:${organisationId} role:${role}`,
      access_token: await accessTokens.issue(caller, signingKid),
      refresh_token: apiToken,
    };
  };
}

/** Enough to tell one's tokens apart; of a short text it would be too much, and what is not plain could forge a log line. */
function lastFour(apiToken: string): string {
  const last = apiToken.slice(-4);
  return apiToken.length >= 16 && /^[A-Za-z0-9._~+/=-]{4}$/.test(last) ? last : '';
}

import type { RecordChange } from '../platform/audit/types.ts';
import { createMakeChange, type MakeChange } from '../platform/changes/index.ts';
import type { Database, Transaction } from '../platform/database/types.ts';
import type { Authenticate, Routes } from '../platform/http/index.ts';
import type { Secrets } from '../platform/secrets/types.ts';
import { createAccessTokens } from './access-tokens.ts';
import { makeApiToken, type NewApiToken, revokeApiToken } from './api-tokens.ts';
import { type AttemptRates, createAttemptLimits } from './attempt-limits.ts';
import { createUseAssertion } from './client-assertions.ts';
import { type ConfirmCaller, createConfirmCaller } from './confirm-caller.ts';
import { enterOrganisation } from './enter-organisation.ts';
import { createExchange } from './exchange-api-token.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { managementRoutes } from './management/index.ts';
import type { MeterKeys } from './meter-keys.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';
import { tokenEndpointRoutes } from './token-endpoint-routes.ts';

export interface IdentityOptions {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly recordChange: RecordChange;
  /** Of the registry room, which knows the meters. */
  readonly meterKeys: MeterKeys;
  /** The issuer, without a slash at its end; asked at each use. */
  readonly publicUrl: () => string;
  readonly allowTokenInQuery?: boolean;
  readonly attemptRates?: AttemptRates;
  readonly clock: () => Date;
}

/** Who calls: API tokens, access tokens, meters that sign in with their key, and the keys that sign all that. */
export interface Identity {
  readonly authenticate: Authenticate;
  readonly confirmCaller: ConfirmCaller;
  /** Makes the changes of the management API: confirmed, once for each Idempotency-Key. */
  readonly makeChange: MakeChange;
  readonly signingKeys: SigningKeys;
  /** Puts a new signing key in force at once; what the old one signed verifies until it has expired. */
  rotateSigningKey(purpose: 'access' | 'report'): Promise<string>;
  /** Makes a token, or keeps a given value; the value is told this once. */
  makeApiToken(transaction: Transaction, token: NewApiToken): Promise<{ id: string; value: string }>;
  /** False when there is no such token in force. */
  revokeApiToken(
    transaction: Transaction,
    revocation: { organisationId: string; tokenId: string; actor: string; requestId?: string },
  ): Promise<boolean>;
  readonly routes: readonly Routes[];
}

export function createIdentity(options: IdentityOptions): Identity {
  const { database, recordChange, meterKeys, publicUrl, clock } = options;
  const signingKeys = createSigningKeys(options);
  const accessTokens = createAccessTokens({ keys: signingKeys, publicUrl, clock });
  const limits = () => createAttemptLimits(options.attemptRates);
  const exchange = createExchange({ database, accessTokens, limits: limits(), clock });
  const confirmCaller = createConfirmCaller(meterKeys, clock);
  const makeChange = createMakeChange({ database, confirmCaller, clock });
  const useAssertion = createUseAssertion({ database, meterKeys, issuer: publicUrl, clock });
  return {
    authenticate: async (bearer, organisation) =>
      enterOrganisation(database, await accessTokens.authenticate(bearer), organisation),
    confirmCaller,
    makeChange,
    signingKeys,
    rotateSigningKey: signingKeys.rotate,
    makeApiToken: (transaction, token) => makeApiToken(transaction, recordChange, token),
    revokeApiToken: (transaction, revocation) =>
      revokeApiToken(transaction, recordChange, { ...revocation, at: clock() }),
    routes: [
      ...managementRoutes({ ...options, makeChange, signingKeys }),
      gatewayRoutes({ exchange, allowTokenInQuery: options.allowTokenInQuery ?? false }),
      tokenEndpointRoutes({
        useAssertion,
        accessTokens,
        keys: signingKeys,
        limits: limits(),
        issuer: publicUrl,
      }),
    ],
  };
}

import { Problem } from '@meterhouse/contract';
import type { Transaction } from '../platform/database/types.ts';
import { type Caller, roleAtLeast } from '../platform/http/index.ts';
import { readTokenRole } from './api-tokens.ts';
import type { MeterKeys } from './meter-keys.ts';

/**
 * Every change calls this first in its transaction. An access token says what was true when it was issued; a change needs it
 * to be true now. What the caller came with is read again and held until the change commits, so a revocation stops every
 * change that has not committed before it.
 *
 * @throws problem `unauthenticated` when the API token is revoked or expired, its owner gone, or the meter's key replaced
 * @throws problem `forbidden` when the role is lower now than the access token says
 */
export type ConfirmCaller = (transaction: Transaction, caller: Caller) => Promise<void>;

export function createConfirmCaller(meterKeys: MeterKeys, clock: () => Date): ConfirmCaller {
  return async (transaction, caller) => {
    const { role, tokenId, agentId, keyId } = caller;
    // An operator who acts elsewhere has the token of the operators' organisation still.
    const organisationId = caller.homeOrganisationId ?? caller.organisationId;
    if (agentId !== undefined) {
      const current =
        keyId !== undefined &&
        (await meterKeys.isCurrent(transaction, { organisationId, agentId, kid: keyId }));
      if (!current)
        throw new Problem('unauthenticated', {
          detail:
            "The key that this meter signed in with is no longer the meter's. Sign in with the new one.",
        });
      return;
    }
    const now =
      tokenId === undefined ? undefined : await readTokenRole(transaction, organisationId, tokenId, clock());
    if (now === undefined)
      throw new Problem('unauthenticated', {
        detail: 'The API token behind this access token is revoked or expired.',
      });
    if (!roleAtLeast(now, role))
      throw new Problem('forbidden', {
        detail: `The role was lowered to ${now} since this access token was issued. Exchange the API token again.`,
      });
  };
}

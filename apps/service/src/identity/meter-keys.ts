import type { MeterPublicKey } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/types.ts';

/** Whose key it is that a meter signs in with. */
export interface SignInKey {
  readonly organisationId: string;
  readonly agentId: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly publicJwk: MeterPublicKey;
}

/** What identity asks of the room that knows the meters. */
export interface MeterKeys {
  /** The current key of the meter with this registration, a UUID. */
  signInKey(on: Queryable, registration: string): Promise<SignInKey | undefined>;
  /** Whether this is the meter's current key still; it stays so until the transaction ends. */
  isCurrent(
    transaction: Transaction,
    meter: { organisationId: string; agentId: string; kid: string },
  ): Promise<boolean>;
}

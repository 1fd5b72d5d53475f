import { createPublicKey } from 'node:crypto';
import type { MeterPublicKey } from '@meterhouse/contract';
import type { KeyLookup } from '@meterhouse/metering';
import type { MeterKeys } from '../identity/index.ts';
import type { Queryable } from '../platform/database/types.ts';

/** A key that a meter has or had, to verify what it signed within its epoch. */
export interface VerificationKey {
  readonly epoch: number;
  readonly kid: string;
  readonly publicJwk: MeterPublicKey;
  /** When the next key was bound; the packages it signed before stay valid. */
  readonly supersededAt?: Date;
}

/** The key of this epoch, when it has this thumbprint and is not known to be in wrong hands. */
export async function verificationKey(
  on: Queryable,
  meterId: string,
  kid: string,
  epoch: number,
): Promise<VerificationKey | undefined> {
  const [row] = await on.query<{ public_jwk: MeterPublicKey; superseded_at: Date | null }>(
    `select public_jwk, superseded_at from meter_keys
     where meter_id = $1 and kid = $2 and epoch = $3 and compromised_at is null`,
    [meterId, kid, epoch],
  );
  if (row === undefined) return undefined;
  const { public_jwk: publicJwk, superseded_at } = row;
  return { epoch, kid, publicJwk, ...(superseded_at === null ? {} : { supersededAt: superseded_at }) };
}

/**
 * The keys that meters sign in with: the current one of each. A deleted meter may sign in, so that its upload is told why it is
 * refused and the spool stays with the meter.
 */
export const meterKeys: MeterKeys = {
  async signInKey(on, registration) {
    const [row] = await on.query<{
      organisation_id: string;
      agent_id: string;
      kid: string;
      public_jwk: MeterPublicKey;
    }>(
      `select m.organisation_id, m.agent_id, k.kid, k.public_jwk
       from meters m join meter_keys k on k.meter_id = m.id
       where m.registration = $1 and k.superseded_at is null and k.compromised_at is null`,
      [registration],
    );
    if (row === undefined) return undefined;
    return {
      organisationId: row.organisation_id,
      agentId: row.agent_id,
      kid: row.kid,
      publicJwk: row.public_jwk,
    };
  },

  async isCurrent(transaction, { organisationId, agentId, kid }) {
    const rows = await transaction.query(
      `select k.kid from meters m join meter_keys k on k.meter_id = m.id
       where m.organisation_id = $1 and m.agent_id = $2 and k.kid = $3
         and k.superseded_at is null and k.compromised_at is null
       for share of k`,
      [organisationId, agentId, kid],
    );
    return rows.length === 1;
  },
};

/** Whether this is a key of the meter that is known to be in wrong hands. */
export async function isCompromised(
  on: Queryable,
  meterId: string,
  kid: string,
  epoch: number,
): Promise<boolean> {
  const rows = await on.query(
    `select kid from meter_keys where meter_id = $1 and kid = $2 and epoch = $3 and compromised_at is not null`,
    [meterId, kid, epoch],
  );
  return rows.length > 0;
}

/** The keys of a meter for whoever takes packages: each verifies those of its epoch, one in wrong hands none. */
export function keysOfMeter(on: Queryable, meterId: string): KeyLookup {
  return async (kid, { epoch }) => {
    const key = await verificationKey(on, meterId, kid, epoch);
    return key && createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
  };
}

/**
 * The keys of a meter for whoever opens again what was taken: also those that have come into wrong hands since. What was taken
 * before that stays, and must be derived from its package as it was.
 */
export function keysOfTakenPackages(on: Queryable, meterId: string): KeyLookup {
  return async (kid, { epoch }) => {
    const [row] = await on.query<{ public_jwk: MeterPublicKey }>(
      'select public_jwk from meter_keys where meter_id = $1 and kid = $2 and epoch = $3',
      [meterId, kid, epoch],
    );
    return row && createPublicKey({ key: { ...row.public_jwk }, format: 'jwk' });
  };
}

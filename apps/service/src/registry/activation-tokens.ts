import { createHash, randomBytes } from 'node:crypto';
import { type ActivationToken, Problem } from '@meterhouse/contract';
import { type ConfirmCaller, findServiceId } from '../identity/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import type { Database, Queryable } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/index.ts';
import { lockMeter } from './meter.ts';
import { unknownMeter } from './unknown-meter.ts';

/** How long an activation token is good. */
const hours = 24;

/**
 * Makes the one token that may bind a key to this meter; an earlier one that was not used is void from now on.
 *
 * @throws problem `not-found`, `meter-deleted`
 */
export type MakeActivationToken = (
  caller: Caller,
  agentId: string,
  requestId: string,
) => Promise<ActivationToken>;

export function createMakeActivationToken({
  database,
  recordChange,
  confirmCaller,
  clock,
}: {
  database: Database;
  recordChange: RecordChange;
  confirmCaller: ConfirmCaller;
  clock: () => Date;
}): MakeActivationToken {
  return (caller, agentId, requestId) =>
    database.transaction(async (transaction) => {
      await confirmCaller(transaction, caller);
      const meter = await lockMeter(transaction, caller.organisationId, agentId);
      if (meter === undefined) throw unknownMeter();
      if (meter.deletedAt !== undefined) throw new Problem('meter-deleted');
      const activationToken = tokenOf(await findServiceId(transaction));
      const now = clock();
      const expiresAt = new Date(now.getTime() + hours * 3_600_000);
      await voidActivationTokens(transaction, meter.id, now);
      await transaction.query(
        'insert into activation_tokens (meter_id, secret_hash, created_at, expires_at) values ($1, $2, $3, $4)',
        [meter.id, hashOfProof(sha256(activationToken)), now, expiresAt],
      );
      await recordChange(transaction, {
        organisationId: caller.organisationId,
        actor: caller.actor,
        action: 'activation-token-made',
        subject: `meter:${meter.agentId}`,
        details: { expiresAt },
        requestId,
      });
      return { activationToken, expiresAt: expiresAt.toISOString() };
    });
}

/** Ends the meter's unused token, if it has one. */
export async function voidActivationTokens(on: Queryable, meterId: string, now: Date): Promise<void> {
  await on.query(
    'update activation_tokens set voided_at = $2 where meter_id = $1 and used_at is null and voided_at is null',
    [meterId, now],
  );
}

/** How the proof that a meter shows, the SHA-256 of its token, is kept. */
export const hashOfProof = (proof: Uint8Array): Buffer => sha256(proof);

function tokenOf(serviceId: string): string {
  const service = Buffer.from(serviceId.replaceAll('-', ''), 'hex');
  return `UMA:${Buffer.concat([service, randomBytes(32)]).toString('base64url')}`;
}

function sha256(value: string | Uint8Array): Buffer {
  return createHash('sha256').update(value).digest();
}

import { type Activation, Problem } from '@meterhouse/contract';
import { type AttemptLimits, findServiceId } from '../identity/index.ts';
import { notify } from '../notices/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import { crashPoint } from '../platform/crash/crash-point.ts';
import type { Database, Queryable, Transaction } from '../platform/database/types.ts';
import type { Logger } from '../platform/http/index.ts';
import type { ActivationProof } from './activation-proof.ts';
import { hashOfProof } from './activation-tokens.ts';
import { lockMeter, type Meter } from './meter.ts';

/**
 * Binds a meter's key. The token is used up by it; the same activation again, after a lost answer, is answered the same for as
 * long as its key is the current one. Anybody else who repeats it learns no secret and binds nothing. A second key begins the
 * next epoch: the old one verifies what it signed, and signs in no more.
 *
 * @throws problem `activation-invalid` whatever is wrong with token, meter or service: none of it is told apart
 * @throws problem `activation-key-used` when the meter had this key in an earlier epoch; the token stays good
 */
export type ActivateMeter = (
  agentId: string,
  proof: ActivationProof,
  from: { readonly address: string; readonly requestId: string },
) => Promise<Activation>;

export function createActivateMeter({
  database,
  recordChange,
  limits,
  logger,
  clock,
}: {
  database: Database;
  recordChange: RecordChange;
  limits: AttemptLimits;
  logger: Logger;
  clock: () => Date;
}): ActivateMeter {
  return async (agentId, proof, { address, requestId }) => {
    try {
      const activation = await database.transaction((transaction) =>
        bind(transaction, agentId.toLowerCase(), proof, requestId),
      );
      crashPoint('registry.activated');
      if (activation.epoch > 1)
        logger.warn({ agentId: proof.agent, epoch: activation.epoch }, 'a meter has another key now');
      return activation;
    } catch (error) {
      if (error instanceof Problem && error.code === 'activation-invalid')
        await limits.failed(address, proof.token.toString('hex', 0, 4));
      throw error;
    }
  };

  async function bind(
    transaction: Transaction,
    agentId: string,
    proof: ActivationProof,
    requestId: string,
  ): Promise<Activation> {
    const service = await findServiceId(transaction);
    const owner = await findOwner(transaction, proof.token);
    if (owner === undefined || proof.agent !== agentId || proof.service !== service) throw invalid();
    // The meter first, as whoever deletes it or makes a token does; only then is the token's state settled.
    const meter = await lockMeter(transaction, owner.organisation_id, agentId);
    const token = await findToken(transaction, proof.token);
    if (meter === undefined || meter.deletedAt !== undefined || token?.meter_id !== meter.id) throw invalid();
    const answer = (epoch: number): Activation => ({
      service,
      organisation: meter.organisationId,
      registration: meter.registration,
      epoch,
    });

    const keys = await transaction.query<KeyRow>(
      'select epoch, kid, superseded_at, compromised_at from meter_keys where meter_id = $1 order by epoch desc',
      [meter.id],
    );
    const current = keys[0];
    if (token.used_at !== null) {
      const repeated = current?.epoch === token.epoch && current?.kid === proof.kid;
      if (!repeated || current?.compromised_at !== null) throw invalid();
      return answer(current.epoch);
    }
    const now = clock();
    if (token.voided_at !== null || token.expires_at <= now) throw invalid();
    if (keys.some(({ kid }) => kid === proof.kid))
      throw new Problem('activation-key-used', { detail: 'Make a new key and activate with that one.' });
    const epoch = (current?.epoch ?? 0) + 1;
    await bindKey(transaction, meter, proof, epoch, now);
    if (current !== undefined)
      await notify(transaction, {
        organisationId: meter.organisationId,
        kind: 'meter-key-replaced',
        subject: `meter:${agentId}`,
        message: `The meter ${meter.label} has another key and begins epoch ${epoch}. If nobody of you did that, mark the key as compromised.`,
        at: now,
      });
    await recordChange(transaction, {
      organisationId: meter.organisationId,
      actor: `meter:${agentId}`,
      action: 'meter-key-bound',
      subject: `meter:${agentId}`,
      details: { epoch, kid: proof.kid, ...(current === undefined ? {} : { before: current.kid }) },
      requestId,
    });
    return answer(epoch);
  }
}

interface KeyRow {
  epoch: number;
  kid: string;
  superseded_at: Date | null;
  compromised_at: Date | null;
}

const invalid = () =>
  new Problem('activation-invalid', {
    detail: 'The token is unknown, used, expired or void, or it belongs to another meter or service.',
  });

async function findOwner(on: Queryable, proof: Buffer): Promise<{ organisation_id: string } | undefined> {
  const [row] = await on.query<{ organisation_id: string }>(
    `select m.organisation_id from activation_tokens t join meters m on m.id = t.meter_id
     where t.secret_hash = $1`,
    [hashOfProof(proof)],
  );
  return row;
}

async function findToken(on: Queryable, proof: Buffer) {
  const [row] = await on.query<{
    meter_id: string;
    expires_at: Date;
    used_at: Date | null;
    voided_at: Date | null;
    epoch: number | null;
  }>('select meter_id, expires_at, used_at, voided_at, epoch from activation_tokens where secret_hash = $1', [
    hashOfProof(proof),
  ]);
  return row;
}

async function bindKey(
  transaction: Transaction,
  meter: Meter,
  { token, kid, publicKey }: ActivationProof,
  epoch: number,
  now: Date,
): Promise<void> {
  await transaction.query(
    'update meter_keys set superseded_at = $2 where meter_id = $1 and superseded_at is null',
    [meter.id, now],
  );
  await transaction.query(
    'insert into meter_keys (meter_id, epoch, kid, public_jwk, bound_at) values ($1, $2, $3, $4, $5)',
    [meter.id, epoch, kid, JSON.stringify(publicKey), now],
  );
  await transaction.query('update activation_tokens set used_at = $2, epoch = $3 where secret_hash = $1', [
    hashOfProof(token),
    now,
    epoch,
  ]);
  await transaction.query('update meters set sequence = sequence + 1, modified_at = $2 where id = $1', [
    meter.id,
    now,
  ]);
}

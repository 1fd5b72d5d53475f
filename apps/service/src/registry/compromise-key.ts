import { type MeterKeyItem, Problem } from '@meterhouse/contract';
import { notify } from '../notices/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import type { Author } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/types.ts';
import { voidActivationTokens } from './activation-tokens.ts';
import { listKeys } from './list-keys.ts';
import { lockMeter } from './meter.ts';
import { unknownMeter } from './unknown-meter.ts';

/**
 * Marks a key of a meter as in wrong hands. From its commit on it signs in no more and no package signed with it is taken; an
 * open activation token is void, as whoever has the key may have seen it; the meter must be activated again with a new key.
 * What had been taken stays, bills, and is listed as signed by a compromised key. Said again it changes nothing.
 *
 * @throws problem `not-found` for the meter or the key
 */
export type CompromiseKey = (
  transaction: Transaction,
  author: Author,
  key: { readonly agentId: string; readonly kid: string; readonly reason: string },
) => Promise<MeterKeyItem>;

export function createCompromiseKey({
  recordChange,
  clock,
}: {
  recordChange: RecordChange;
  clock: () => Date;
}): CompromiseKey {
  return async (transaction, author, { agentId, kid, reason }) => {
    // An upload that is being decided holds the meter, so it comes wholly before this or wholly after.
    const meter = await lockMeter(transaction, author.organisationId, agentId);
    if (meter === undefined) throw unknownMeter();
    const now = clock();
    const [marked] = await transaction.query<{ epoch: number; current: boolean }>(
      `update meter_keys set compromised_at = $3 where meter_id = $1 and kid = $2 and compromised_at is null
       returning epoch, superseded_at is null as current`,
      [meter.id, kid, now],
    );
    if (marked !== undefined) {
      await voidActivationTokens(transaction, meter.id, now);
      await transaction.query('update meters set sequence = sequence + 1, modified_at = $2 where id = $1', [
        meter.id,
        now,
      ]);
      await notify(transaction, {
        organisationId: author.organisationId,
        kind: 'meter-key-compromised',
        subject: `meter:${meter.agentId}`,
        message: `A key of the meter ${meter.label} (epoch ${marked.epoch}) is reported as in wrong hands. ${
          marked.current ? 'Activate the meter again with a new key' : 'It had been replaced before'
        }, and look through the packages that were signed with it.`,
        at: now,
      });
      await recordChange(transaction, {
        ...author,
        action: 'meter-key-compromised',
        subject: `meter:${meter.agentId}`,
        details: { kid, ...marked, reason },
      });
    }
    const key = (await listKeys(transaction, meter.id)).find((one) => one.kid === kid);
    if (key === undefined) throw new Problem('not-found', { detail: 'The meter never had this key.' });
    return key;
  };
}

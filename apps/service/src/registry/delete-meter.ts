import { type MeterDetail, Problem } from '@meterhouse/contract';
import type { ConfirmCaller } from '../identity/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import type { Database } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/index.ts';
import { voidActivationTokens } from './activation-tokens.ts';
import { showMeter } from './describe-meters.ts';
import { lockMeter } from './meter.ts';
import { unknownMeter } from './unknown-meter.ts';

/**
 * Deletes a meter, or brings it back: uploads and registrations stop with 409, it leaves the listings, its unused activation
 * token is void. Nothing it sent is touched: hours already taken still bill and its report refs still work.
 *
 * @throws problem `not-found`; `sequence-conflict` when somebody changed it first; `meter-deleted` or `meter-not-deleted` when
 * it is so already
 */
export type SetDeleted = (
  caller: Caller,
  agentId: string,
  change: { readonly deleted: boolean; readonly sequence: number; readonly requestId: string },
) => Promise<MeterDetail>;

export function createSetDeleted({
  database,
  recordChange,
  confirmCaller,
  clock,
}: {
  database: Database;
  recordChange: RecordChange;
  confirmCaller: ConfirmCaller;
  clock: () => Date;
}): SetDeleted {
  return (caller, agentId, { deleted, sequence, requestId }) =>
    database.transaction(async (transaction) => {
      await confirmCaller(transaction, caller);
      const meter = await lockMeter(transaction, caller.organisationId, agentId);
      if (meter === undefined) throw unknownMeter();
      if (meter.sequence !== sequence)
        throw new Problem('sequence-conflict', {
          detail: `The meter is at sequence ${meter.sequence}, not ${sequence}.`,
          members: { sequence: meter.sequence },
        });
      if ((meter.deletedAt !== undefined) === deleted)
        throw new Problem(deleted ? 'meter-deleted' : 'meter-not-deleted');
      const now = clock();
      await transaction.query(
        'update meters set deleted_at = $2, modified_at = $3, sequence = sequence + 1 where id = $1',
        [meter.id, deleted ? now : null, now],
      );
      if (deleted) await voidActivationTokens(transaction, meter.id, now);
      await recordChange(transaction, {
        organisationId: caller.organisationId,
        actor: caller.actor,
        action: deleted ? 'meter-deleted' : 'meter-undeleted',
        subject: `meter:${meter.agentId}`,
        requestId,
      });
      return (await showMeter(transaction, caller.organisationId, agentId))!;
    });
}

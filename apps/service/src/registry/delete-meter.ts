import { type MeterDetail, Problem } from '@meterhouse/contract';
import type { RecordChange } from '../platform/audit/types.ts';
import { type Author, checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/types.ts';
import type { Quotas } from '../quotas/index.ts';
import { voidActivationTokens } from './activation-tokens.ts';
import type { ShowMeter } from './describe-meters.ts';
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
  transaction: Transaction,
  author: Author,
  agentId: string,
  change: { readonly deleted: boolean; readonly sequence: number },
) => Promise<MeterDetail>;

export function createSetDeleted({
  recordChange,
  showMeter,
  quotas,
  clock,
}: {
  recordChange: RecordChange;
  showMeter: ShowMeter;
  quotas: Pick<Quotas, 'takeMeter'>;
  clock: () => Date;
}): SetDeleted {
  return async (transaction, author, agentId, { deleted, sequence }) => {
    const { organisationId } = author;
    const meter = await lockMeter(transaction, organisationId, agentId);
    if (meter === undefined) throw unknownMeter();
    checkSequence('The meter', meter.sequence, sequence);
    if ((meter.deletedAt !== undefined) === deleted)
      throw new Problem(deleted ? 'meter-deleted' : 'meter-not-deleted');
    if (!deleted) await quotas.takeMeter(transaction, organisationId);
    const now = clock();
    await transaction.query(
      'update meters set deleted_at = $2, modified_at = $3, sequence = sequence + 1 where id = $1',
      [meter.id, deleted ? now : null, now],
    );
    if (deleted) await voidActivationTokens(transaction, meter.id, now);
    await recordChange(transaction, {
      ...author,
      action: deleted ? 'meter-deleted' : 'meter-undeleted',
      subject: `meter:${meter.agentId}`,
    });
    return (await showMeter(transaction, organisationId, agentId))!;
  };
}

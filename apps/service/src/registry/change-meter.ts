import { type MeterChange, type MeterDetail, Problem } from '@meterhouse/contract';
import type { RecordChange } from '../platform/audit/types.ts';
import { type Author, checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/types.ts';
import { changeAssignment, latestAssignment, sameTerms } from './assignments.ts';
import type { ShowMeter } from './describe-meters.ts';
import { lockMeter, type Meter } from './meter.ts';
import { refuseForbiddenChange, termsAsked } from './terms-asked.ts';
import { unknownMeter } from './unknown-meter.ts';

/**
 * Changes a meter as a registration does, with the same refusals; contract, site and mode count from the next full hour. It is
 * done when it is answered, so the registration does not begin to run for it. What is so already changes nothing.
 *
 * @throws problem `not-found`, `sequence-conflict`, `invalid-request` for names that nothing is known by, `meter-deleted`,
 * `mode-change-refused`, `contract-in-use`
 */
export type ChangeMeter = (
  transaction: Transaction,
  author: Author,
  agentId: string,
  change: MeterChange,
) => Promise<MeterDetail>;

export function createChangeMeter({
  recordChange,
  showMeter,
  clock,
}: {
  recordChange: RecordChange;
  showMeter: ShowMeter;
  clock: () => Date;
}): ChangeMeter {
  return async (transaction, author, agentId, { sequence, ...asked }) => {
    const { organisationId } = author;
    const meter = await lockMeter(transaction, organisationId, agentId);
    if (meter === undefined) throw unknownMeter();
    checkSequence('The meter', meter.sequence, sequence);
    const current = (await latestAssignment(transaction, meter.id))!;
    const { terms, faults } = await termsAsked(transaction, organisationId, asked, current);
    if (faults.length > 0) throw new Problem('invalid-request', { errors: faults });
    await refuseForbiddenChange(transaction, meter, current, terms);

    const { label = meter.label, connectivityMode = meter.connectivityMode } = asked;
    const moved = !sameTerms(current, terms);
    if (moved || label !== meter.label || connectivityMode !== meter.connectivityMode) {
      if (moved) await changeAssignment(transaction, meter.id, terms, clock());
      await updateMeter(transaction, meter, { label, connectivityMode }, clock());
      const { contractNumber, siteName, meteringMode } = current;
      await recordChange(transaction, {
        ...author,
        action: 'meter-changed',
        subject: `meter:${meter.agentId}`,
        details: {
          before: {
            label: meter.label,
            connectivityMode: meter.connectivityMode,
            contractNumber,
            siteName,
            meteringMode,
          },
          asked,
        },
      });
    }
    return (await showMeter(transaction, organisationId, agentId))!;
  };
}

async function updateMeter(
  transaction: Transaction,
  { id }: Meter,
  { label, connectivityMode }: Pick<Meter, 'label' | 'connectivityMode'>,
  now: Date,
): Promise<void> {
  await transaction.query(
    `update meters set label = $2, connectivity_mode = $3, sequence = sequence + 1, modified_at = $4 where id = $1`,
    [id, label, connectivityMode, now],
  );
}

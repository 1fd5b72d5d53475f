import { Problem, type ProblemFault, type RegistrationRequest } from '@meterhouse/contract';
import type { ConfirmCaller } from '../identity/index.ts';
import type { RecordChange } from '../platform/audit/types.ts';
import { crashPoint } from '../platform/crash/crash-point.ts';
import type { Database, Transaction } from '../platform/database/types.ts';
import type { Caller } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/types.ts';
import type { Quotas } from '../quotas/index.ts';
import {
  beginAssignments,
  changeAssignment,
  latestAssignment,
  type NamedTerms,
  sameTerms,
} from './assignments.ts';
import { lockMeter, type Meter } from './meter.ts';
import { refuseForbiddenChange, termsAsked } from './terms-asked.ts';

/**
 * # The states of a registration
 *
 * *Unknown* (404 to whoever asks) becomes *running* by the first POST, answered with 202. Everything that was asked for is
 * recorded in that one transaction, together with the job `registration-finish`; so a crash after the answer loses nothing,
 * and a crash before it leaves nothing. While it is running a GET is answered with 202, and the header
 * Agent-Registration-Progress says `accepted`, or `changing` when it was registered before.
 *
 * The job makes it *registered*: a GET gives 200 with the contract, or 204 on trial. A POST that asks for what is already so
 * changes nothing: 201, or 202 while it is running, without a second job. A POST that asks for something else makes it
 * *running* again; contract, site and mode change from the next full hour.
 *
 * *Deleted* is aside of both: a GET gives 404, a POST 409, until the meter is undeleted and is what it was.
 *
 * Refused with 409: PRODUCTION to TEST, since usage that bills does not stop billing by a switch; another contract while the
 * old one has a closed month that was not submitted.
 */
export type RegisterAgent = (
  caller: Caller,
  asked: {
    /** The fields that are sound; the faults of the others are in `faults`. */
    readonly fields: Partial<RegistrationRequest>;
    readonly faults: readonly ProblemFault[];
    readonly requestId: string;
  },
) => Promise<'nothing-to-do' | 'started'>;

export function createRegisterAgent({
  database,
  jobs,
  recordChange,
  confirmCaller,
  quotas,
  clock,
}: {
  database: Database;
  jobs: Jobs;
  recordChange: RecordChange;
  confirmCaller: ConfirmCaller;
  quotas: Pick<Quotas, 'takeMeter'>;
  clock: () => Date;
}): RegisterAgent {
  return async (caller, { fields, faults, requestId }) => {
    const { organisationId } = caller;
    const outcome = await database.transaction(async (transaction) => {
      await confirmCaller(transaction, caller);
      const agentId = fields.agentId?.toLowerCase();
      const meter = agentId && (await lockRegistration(transaction, organisationId, agentId));
      const current = meter ? await latestAssignment(transaction, meter.id) : undefined;
      const { terms, faults: unknown } = await termsAsked(transaction, organisationId, fields, current);
      const errors = [...faults, ...unknown];
      if (errors.length > 0 || !agentId) throw new Problem('invalid-request', { errors });

      const who = { organisationId, actor: caller.actor, subject: `meter:${agentId}`, requestId };
      if (!meter) {
        await quotas.takeMeter(transaction, organisationId);
        const meterId = await insertMeter(transaction, organisationId, agentId, fields, clock());
        await beginAssignments(transaction, meterId, terms);
        await finishLater(transaction, meterId);
        await recordChange(transaction, { ...who, action: 'meter-registered', details: detailsOf(fields) });
        return 'started';
      }
      await refuseForbiddenChange(transaction, meter, current!, terms);
      const label = fields.label!;
      const connectivityMode = fields.connectivityMode ?? meter.connectivityMode;
      const moved = !sameTerms(current!, terms);
      if (!moved && label === meter.label && connectivityMode === meter.connectivityMode)
        return meter.state === 'running' ? 'started' : 'nothing-to-do';

      if (moved) await changeAssignment(transaction, meter.id, terms, clock());
      await changeMeter(transaction, meter.id, label, connectivityMode, clock());
      await finishLater(transaction, meter.id);
      const before = { label: meter.label, connectivityMode: meter.connectivityMode, ...namesOf(current!) };
      await recordChange(transaction, {
        ...who,
        action: 'meter-changed',
        details: { before, asked: detailsOf(fields) },
      });
      return 'started';
    });
    crashPoint('registry.registered');
    return outcome;
  };

  function finishLater(transaction: Transaction, meterId: string): Promise<void> {
    return jobs.add(
      transaction,
      'registration-finish',
      { meterId },
      { key: `registration-finish:${meterId}` },
    );
  }
}

/** Two first registrations of one agent come one after the other, although there is no row to lock yet. */
async function lockRegistration(
  transaction: Transaction,
  organisationId: string,
  agentId: string,
): Promise<Meter | undefined> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `registration ${organisationId} ${agentId}`,
  ]);
  return lockMeter(transaction, organisationId, agentId);
}

async function insertMeter(
  transaction: Transaction,
  organisationId: string,
  agentId: string,
  { label, connectivityMode, version }: Partial<RegistrationRequest>,
  now: Date,
): Promise<string> {
  const [row] = await transaction.query<{ id: string }>(
    `insert into meters (organisation_id, agent_id, label, connectivity_mode, version, registered_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $6) returning id`,
    [organisationId, agentId, label, connectivityMode ?? 'ONLINE', version ?? null, now],
  );
  return row!.id;
}

/** A meter whose first registration has not finished yet is still `accepted`. */
async function changeMeter(
  transaction: Transaction,
  meterId: string,
  label: string,
  connectivityMode: string,
  now: Date,
): Promise<void> {
  await transaction.query(
    `update meters set label = $2, connectivity_mode = $3, sequence = sequence + 1, modified_at = $4,
       progress = case when state = 'running' then progress else 'changing' end, state = 'running'
     where id = $1`,
    [meterId, label, connectivityMode, now],
  );
}

const namesOf = ({ contractNumber, siteName, meteringMode }: NamedTerms) => ({
  contractNumber,
  siteName,
  meteringMode,
});

const detailsOf = (fields: Partial<RegistrationRequest>) => ({
  label: fields.label,
  connectivityMode: fields.connectivityMode,
  version: fields.version,
  contractNumber: fields.contractNumber,
  siteName: fields.siteName,
  meteringMode: fields.meteringMode,
});

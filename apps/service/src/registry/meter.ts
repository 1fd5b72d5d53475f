import type { ConnectivityMode, RegistrationProgress } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/types.ts';

/** A meter of an organisation, deleted or not. */
export interface Meter {
  /** The house's own number, a bigint as text; it never leaves the service. */
  readonly id: string;
  readonly organisationId: string;
  readonly agentId: string;
  readonly label: string;
  readonly connectivityMode: ConnectivityMode;
  readonly version?: string;
  /** Names this registration in every package. */
  readonly registration: string;
  readonly state: 'running' | 'registered';
  /** The step that a running registration is in. */
  readonly progress: RegistrationProgress;
  readonly sequence: number;
  readonly deletedAt?: Date;
}

interface MeterRow {
  id: string;
  organisation_id: string;
  agent_id: string;
  label: string;
  connectivity_mode: ConnectivityMode;
  version: string | null;
  registration: string;
  state: 'running' | 'registered';
  progress: RegistrationProgress;
  sequence: number;
  deleted_at: Date | null;
}

/** The meter with this agent id in the organisation, deleted or not. `agentId` must be a UUID. */
export async function findMeter(
  on: Queryable,
  organisationId: string,
  agentId: string,
): Promise<Meter | undefined> {
  return meterOf(await on.query<MeterRow>(selectMeter, [organisationId, agentId], 'find-meter'));
}

/**
 * The same, held until the transaction ends: `alone` for whoever changes it, `shared` for whoever only needs that nobody
 * deletes or changes it meanwhile. Rows that refer to the meter can be written by others in both cases.
 */
export async function lockMeter(
  transaction: Transaction,
  organisationId: string,
  agentId: string,
  how: 'alone' | 'shared' = 'alone',
): Promise<Meter | undefined> {
  const lock = how === 'alone' ? 'for no key update' : 'for share';
  return meterOf(await transaction.query<MeterRow>(`${selectMeter} ${lock}`, [organisationId, agentId]));
}

const selectMeter = 'select * from meters where organisation_id = $1 and agent_id = $2';

function meterOf([row]: readonly MeterRow[]): Meter | undefined {
  if (row === undefined) return undefined;
  return {
    id: row.id,
    organisationId: row.organisation_id,
    agentId: row.agent_id,
    label: row.label,
    connectivityMode: row.connectivity_mode,
    ...(row.version === null ? {} : { version: row.version }),
    registration: row.registration,
    state: row.state,
    progress: row.progress,
    sequence: row.sequence,
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at }),
  };
}

import type {
  Assignment,
  ConnectivityMode,
  MeterDetail,
  MeteringMode,
  MeterSummary,
} from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';

/** Meters as people see them: with what they are billed under and the key they sign with. */
const selectMeters = `
  select m.agent_id, m.label, m.connectivity_mode, m.version, m.registration, m.state, m.sequence,
         m.registered_at, m.modified_at, m.deleted_at,
         a.metering_mode, c.number, s.name, k.kid, k.epoch, k.bound_at
  from meters m
  join lateral (
    select * from meter_assignments where meter_id = m.id order by from_hour desc limit 1
  ) a on true
  left join contracts c on c.id = a.contract_id
  left join sites s on s.id = a.site_id
  left join meter_keys k on k.meter_id = m.id and k.superseded_at is null and k.compromised_at is null
  where m.organisation_id = $1`;

/** Meters that are not deleted, by agent id, from the one after `after`; one more than `limit`, to know whether there are more. */
export async function listMeters(
  on: Queryable,
  organisationId: string,
  after: string | undefined,
  limit: number,
): Promise<{ items: MeterSummary[]; more: boolean }> {
  const rows = await on.query<MeterRow>(
    `${selectMeters} and m.deleted_at is null and ($2::uuid is null or m.agent_id > $2)
     order by m.agent_id limit $3`,
    [organisationId, after ?? null, limit + 1],
  );
  return { items: rows.slice(0, limit).map(summaryOf), more: rows.length > limit };
}

/** One meter, deleted or not, with the history of its assignments. */
export async function showMeter(
  on: Queryable,
  organisationId: string,
  agentId: string,
): Promise<MeterDetail | undefined> {
  const [row] = await on.query<MeterRow>(`${selectMeters} and m.agent_id = $2`, [organisationId, agentId]);
  if (row === undefined) return undefined;
  return { ...summaryOf(row), assignments: await assignmentsOf(on, organisationId, agentId) };
}

async function assignmentsOf(on: Queryable, organisationId: string, agentId: string): Promise<Assignment[]> {
  const rows = await on.query<TermsRow & { from_hour: Date | number }>(
    `select a.from_hour, a.metering_mode, c.number, s.name
     from meters m join meter_assignments a on a.meter_id = m.id
     left join contracts c on c.id = a.contract_id
     left join sites s on s.id = a.site_id
     where m.organisation_id = $1 and m.agent_id = $2 order by a.from_hour`,
    [organisationId, agentId],
  );
  return rows.map((row) => ({
    ...(row.from_hour instanceof Date ? { from: row.from_hour.toISOString().replace('.000Z', 'Z') } : {}),
    ...termsOf(row),
  }));
}

interface TermsRow {
  metering_mode: MeteringMode;
  number: string | null;
  name: string | null;
}
interface MeterRow extends TermsRow {
  agent_id: string;
  label: string;
  connectivity_mode: ConnectivityMode;
  version: string | null;
  registration: string;
  state: 'running' | 'registered';
  sequence: number;
  registered_at: Date;
  modified_at: Date;
  deleted_at: Date | null;
  kid: string | null;
  epoch: number | null;
  bound_at: Date | null;
}

const termsOf = ({ metering_mode, number, name }: TermsRow) => ({
  meteringMode: metering_mode,
  ...(number === null ? {} : { contractNumber: number }),
  ...(name === null ? {} : { siteName: name }),
});

function summaryOf(row: MeterRow): MeterSummary {
  return {
    agentId: row.agent_id,
    label: row.label,
    connectivityMode: row.connectivity_mode,
    ...(row.version === null ? {} : { version: row.version }),
    registration: row.registration,
    state: row.state,
    ...termsOf(row),
    ...(row.kid === null
      ? {}
      : { key: { kid: row.kid, epoch: row.epoch!, boundAt: row.bound_at!.toISOString() } }),
    sequence: row.sequence,
    registeredAt: row.registered_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at.toISOString() }),
  };
}

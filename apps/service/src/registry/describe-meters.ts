import {
  type Assignment,
  type ConnectivityMode,
  type ListQuery,
  type MeterDetail,
  type MeteringMode,
  type MeterPage,
  type MeterSummary,
  meterSelectors,
  usualMeterSort,
} from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';
import { createListing } from '../platform/listing/index.ts';

/** Meters as people see them: with what they are billed under and the key they sign with. */
const shown = {
  select: `m.agent_id, m.label, m.connectivity_mode, m.version, m.registration, m.state, m.sequence,
           m.registered_at, m.modified_at, m.deleted_at,
           a.metering_mode, c.number, s.name, k.kid, k.epoch, k.bound_at`,
  from: `meters m
    join lateral (
      select * from meter_assignments where meter_id = m.id order by from_hour desc limit 1
    ) a on true
    left join contracts c on c.id = a.contract_id
    left join sites s on s.id = a.site_id
    left join meter_keys k on k.meter_id = m.id and k.superseded_at is null and k.compromised_at is null`,
};

const listing = createListing({
  selectors: meterSelectors,
  columns: {
    agentId: 'm.agent_id',
    label: 'm.label',
    connectivityMode: 'm.connectivity_mode',
    version: 'm.version',
    state: 'm.state',
    meteringMode: 'a.metering_mode',
    contractNumber: 'c.number',
    siteName: 's.name',
    registeredAt: 'm.registered_at',
    modifiedAt: 'm.modified_at',
  },
  usualSort: usualMeterSort,
  key: 'agentId',
});

/** The organisation's meters that are not deleted. */
export function listMeters(on: Queryable, organisationId: string, query: ListQuery): Promise<MeterPage> {
  return listing.page<MeterRow, MeterSummary>(on, query, {
    ...shown,
    where: 'm.organisation_id = $1 and m.deleted_at is null',
    values: [organisationId],
    item: summaryOf,
  });
}

/** One meter, deleted or not, with the history of its assignments. */
export async function showMeter(
  on: Queryable,
  organisationId: string,
  agentId: string,
): Promise<MeterDetail | undefined> {
  const [row] = await on.query<MeterRow>(
    `select ${shown.select} from ${shown.from} where m.organisation_id = $1 and m.agent_id = $2`,
    [organisationId, agentId],
  );
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

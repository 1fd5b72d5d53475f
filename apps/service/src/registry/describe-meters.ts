import {
  type Assignment,
  type ConnectivityMode,
  type CoverageBrief,
  type ListQuery,
  type MeterDetail,
  type MeteringMode,
  type MeterPage,
  type MeterSummary,
  meterSelectors,
  usualMeterSort,
} from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';
import { createListing, namesSelector } from '../platform/listing/index.ts';

/** Meters as people see them: with what they are billed under and the key they sign with. */
const shown = {
  select: `m.id, m.agent_id, m.label, m.connectivity_mode, m.version, m.registration, m.state, m.sequence,
           m.registered_at, m.modified_at, m.deleted_at, m.last_upload_at,
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
    lastUploadAt: 'm.last_upload_at',
    registeredAt: 'm.registered_at',
    modifiedAt: 'm.modified_at',
    deleted: '(m.deleted_at is not null)::text',
  },
  usualSort: usualMeterSort,
  key: 'agentId',
});

/** The organisation's meters; deleted ones only where the filter speaks of them. */
export function listMeters(on: Queryable, organisationId: string, query: ListQuery): Promise<MeterPage> {
  return listing.page<MeterRow, MeterSummary>(on, query, {
    ...shown,
    where: 'm.organisation_id = $1 and (m.deleted_at is null or $2)',
    values: [organisationId, namesSelector(query.filter, 'deleted')],
    item: summaryOf,
  });
}

/** One meter, deleted or not, with the history of its assignments, its products and the running month. */
export type ShowMeter = (
  on: Queryable,
  organisationId: string,
  agentId: string,
) => Promise<MeterDetail | undefined>;

/** Of the usage room: what a meter covered of a month (`2023-01`), by product; `expected` in seconds. */
export type CoverageOf = (
  on: Queryable,
  meterId: string,
  month: string,
  now: Date,
) => Promise<
  readonly { readonly expected: number; readonly hours: readonly { readonly status: string }[] }[]
>;

export function createShowMeter({
  coverageOf,
  clock,
}: {
  coverageOf: CoverageOf;
  clock: () => Date;
}): ShowMeter {
  return async (on, organisationId, agentId) => {
    const [row] = await on.query<MeterRow & { id: string }>(
      `select ${shown.select} from ${shown.from} where m.organisation_id = $1 and m.agent_id = $2`,
      [organisationId, agentId],
    );
    if (row === undefined) return undefined;
    return {
      ...summaryOf(row),
      assignments: await assignmentsOf(on, organisationId, agentId),
      products: await productsOf(on, row.id),
      coverage: await briefOf(on, row.id),
    };
  };

  async function briefOf(on: Queryable, meterId: string): Promise<CoverageBrief> {
    const now = clock();
    const month = now.toISOString().slice(0, 7);
    const products = await coverageOf(on, meterId, month, now);
    const collected = products.flatMap(({ hours }) => hours.filter(({ status }) => status === 'collected'));
    const expected = products.reduce((sum, product) => sum + product.expected, 0);
    return { month, collectedHours: collected.length, expectedHours: expected / 3600 };
  }
}

async function productsOf(on: Queryable, meterId: string): Promise<MeterDetail['products']> {
  const rows = await on.query<{
    product: string;
    type: string;
    version: string;
    first_hour: Date;
    retired_hour: Date | null;
  }>(
    // One that was listed again after its retirement is not retired.
    `select product, type, version, first_hour, (
       select min(r.hour) from product_retirements r
       where r.meter_id = p.meter_id and r.product = p.product and not exists (
         select from slices s where s.meter_id = r.meter_id and s.product = r.product and s.hour >= r.hour)
     ) as retired_hour
     from products p where meter_id = $1 order by product`,
    [meterId],
  );
  return rows.map(({ first_hour, retired_hour, ...product }) => ({
    ...product,
    firstHour: hourText(first_hour),
    ...(retired_hour === null ? {} : { retiredHour: hourText(retired_hour) }),
  }));
}

const hourText = (hour: Date) => hour.toISOString().replace('.000Z', 'Z');

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
    ...(row.from_hour instanceof Date ? { from: hourText(row.from_hour) } : {}),
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
  last_upload_at: Date | null;
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
    ...(row.last_upload_at === null ? {} : { lastUploadAt: row.last_upload_at.toISOString() }),
    sequence: row.sequence,
    registeredAt: row.registered_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
    ...(row.deleted_at === null ? {} : { deletedAt: row.deleted_at.toISOString() }),
  };
}

import { QUOTA_NAMES, type QuotaName } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/index.ts';

/** The most that there may be of each. */
export type Limits = Readonly<Record<QuotaName, number>>;

/** The columns of what is set for one organisation; their names are fixed text in statements. */
export const overrideColumns: Readonly<Record<QuotaName, string>> = {
  meters: 'meters',
  uploadsPerDay: 'uploads_per_day',
  uploadBytesPerDay: 'upload_bytes_per_day',
  renderingsPerHour: 'renderings_per_hour',
};

/** What is set for one organisation; null where the service's setting holds. */
export type Overrides = Readonly<Record<QuotaName, number | null>>;

/** What is set for the organisation, and how often it was; sequence 0: never. */
export async function readOverrides(
  on: Queryable,
  organisationId: string,
): Promise<{ readonly sequence: number; readonly overrides: Overrides }> {
  const columns = QUOTA_NAMES.map((name) => `${overrideColumns[name]}::float8 as "${name}"`).join(', ');
  const [row] = await on.query<Overrides & { sequence: number }>(
    `select sequence, ${columns} from quota_overrides where organisation_id = $1`,
    [organisationId],
  );
  if (row !== undefined) {
    const { sequence, ...overrides } = row;
    return { sequence, overrides };
  }
  const none = Object.fromEntries(QUOTA_NAMES.map((name) => [name, null])) as unknown as Overrides;
  return { sequence: 0, overrides: none };
}

/** What holds for the organisation: what is set for it, else for the service. */
export async function limitsOf(on: Queryable, organisationId: string, settings: Limits): Promise<Limits> {
  const { overrides } = await readOverrides(on, organisationId);
  return limitsWith(settings, overrides);
}

function limitsWith(settings: Limits, overrides: Overrides): Limits {
  return Object.fromEntries(
    QUOTA_NAMES.map((name) => [name, overrides[name] ?? settings[name]]),
  ) as unknown as Limits;
}

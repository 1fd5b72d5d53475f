import {
  type Absence,
  coverage,
  type HourCoverage,
  instantOf,
  type Month,
  type ProductLife,
  parseMonth,
} from '@meterhouse/metering';
import type { Queryable } from '../../platform/database/index.ts';
import { ABSENCES } from './absences.ts';

/** One product of a meter's month, and what is known of each of its hours. */
export interface ProductCoverage {
  readonly product: string;
  readonly type: string;
  readonly version: string;
  readonly life: ProductLife;
  /** Ascending; hours that no package listed are not in it. */
  readonly hours: readonly (HourCoverage & { readonly reason?: string })[];
  /** Seconds; see 4-metering-rules. */
  readonly expected: number;
  readonly covered: number;
  readonly missing: number;
}

interface SliceRow {
  product: string;
  hour: number;
  status: 'collected' | 'partial' | 'unreachable';
  covered: [string, string][] | null;
  reason: string | null;
}

interface ProductRow {
  product: string;
  type: string;
  version: string;
  first_hour: number;
}

/** `ends` is null while it lasts. */
interface AbsenceRow {
  product: string;
  starts: number;
  ends: number | null;
}

/**
 * What one meter covered of a month (`2023-01`), by product. A product is listed when it has an hour in this month or is
 * expected to have one. `now` decides which of the running month's hours are missed already.
 */
export async function coverageOfMonth(
  on: Queryable,
  meterId: string,
  month: string,
  now: Date,
): Promise<readonly ProductCoverage[]> {
  const bounds = parseMonth(month);
  const products = await on.query<ProductRow>(
    `select product, type, version, extract(epoch from first_hour)::float8 as first_hour
     from products where meter_id = $1 and first_hour < to_timestamp($2) order by product`,
    [meterId, bounds.last],
  );
  const slices = await on.query<SliceRow>(
    `select product, extract(epoch from hour)::float8 as hour, status, covered, reason
     from slices where meter_id = $1 and month = $2 order by product, hour`,
    [meterId, `${month}-01`],
  );
  const absences = await on.query<AbsenceRow>(
    `select product, extract(epoch from starts)::float8 as starts,
       case when isfinite(ends) then extract(epoch from ends)::float8 end as ends
     from ${ABSENCES} absences where meter_id = $1 order by product, starts`,
    [meterId],
  );
  const hours = Map.groupBy(slices, ({ product }) => product);
  const away = Map.groupBy(absences, ({ product }) => product);
  return products
    .map((row) =>
      productCoverage(
        row,
        (away.get(row.product) ?? []).map(({ starts, ends }) => ({ from: starts, to: ends ?? Infinity })),
        hours.get(row.product) ?? [],
        bounds,
        now,
      ),
    )
    .filter((product) => product.hours.length > 0 || product.expected > 0);
}

function productCoverage(
  row: ProductRow,
  absences: readonly Absence[],
  slices: readonly SliceRow[],
  month: Month,
  now: Date,
): ProductCoverage {
  const hours = slices.map(hourCoverage);
  const life = { firstHour: row.first_hour, absences };
  const figures = coverage(life, hours, month, Math.floor(now.getTime() / 1000));
  return { product: row.product, type: row.type, version: row.version, life, hours, ...figures };
}

function hourCoverage({ hour, status, covered, reason }: SliceRow): HourCoverage & { reason?: string } {
  const why = reason === null ? {} : { reason };
  if (status !== 'partial') return { hour, status, ...why };
  return {
    hour,
    status,
    covered: (covered ?? []).map(([from, to]) => [instantOf(from), instantOf(to)] as const),
    ...why,
  };
}

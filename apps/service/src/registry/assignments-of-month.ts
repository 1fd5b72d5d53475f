import type { MeteringMode } from '@meterhouse/contract';
import type { Queryable } from '../platform/database/types.ts';

/** What a meter was billed under in a part of a month: `[from, until)` in Unix seconds, whole hours. */
export interface MonthAssignment {
  readonly from: number;
  readonly until: number;
  readonly meteringMode: MeteringMode;
  /** Left out on trial: then the rule set is `plain`. */
  readonly contract?: { readonly id: string; readonly number: string; readonly ruleSet: string };
  readonly site?: { readonly id: string; readonly name: string };
}

/** The assignments of a month `2023-01`, oldest first, cut at its ends; together they cover all of it. */
export async function assignmentsOfMonth(
  on: Queryable,
  meterId: string,
  month: string,
): Promise<readonly MonthAssignment[]> {
  const rows = await on.query<{
    from: string;
    until: string;
    metering_mode: MeteringMode;
    contract_id: string | null;
    number: string | null;
    rule_set: string | null;
    site_id: string | null;
    name: string | null;
  }>(
    `with month as (
       select ($2 || '-01T00:00:00Z')::timestamptz as starts,
              (($2 || '-01')::timestamp + interval '1 month') at time zone 'UTC' as ends
     ), history as (
       select *, lead(from_hour, 1, 'infinity') over (order by from_hour) as until_hour
       from meter_assignments where meter_id = $1
     )
     select extract(epoch from greatest(h.from_hour, month.starts))::bigint as "from",
            extract(epoch from least(h.until_hour, month.ends))::bigint as until,
            h.metering_mode, c.id as contract_id, c.number, c.rule_set, s.id as site_id, s.name
     from history h cross join month
     left join contracts c on c.id = h.contract_id
     left join sites s on s.id = h.site_id
     where h.from_hour < month.ends and h.until_hour > month.starts
     order by h.from_hour`,
    [meterId, month],
  );
  return rows.map((row) => ({
    from: Number(row.from),
    until: Number(row.until),
    meteringMode: row.metering_mode,
    ...(row.contract_id === null
      ? {}
      : { contract: { id: row.contract_id, number: row.number!, ruleSet: row.rule_set! } }),
    ...(row.site_id === null ? {} : { site: { id: row.site_id, name: row.name! } }),
  }));
}

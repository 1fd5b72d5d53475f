import type { MonthItem } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/index.ts';
import { ABSENCES } from '../coverage/absences.ts';

/** What a month of an organisation adds up to, without its name and state. */
export type MonthFigures = Omit<MonthItem, 'month' | 'state'>;

interface FiguresRow {
  month: string;
  meters: number;
  products: number;
  collected: number;
  partial: number;
  unreachable: number;
  expected: number;
  missing: string;
  taken: number;
  late: number;
  refused: number;
  current: number;
  pending: number;
  renewed_at: Date | null;
}

/** A meter is given two hours to send an hour before it is missed, as in coverage. */
const graceHours = 2;

/**
 * The figures of these months (`2023-01`), in one statement: the same expected, covered and missing time as the coverage of
 * each meter, added up. A deleted meter is expected to have nothing in months without an hour of it.
 */
export async function figuresOfMonths(
  on: Queryable,
  organisationId: string,
  months: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, MonthFigures>> {
  const hour = 3_600_000;
  const due = new Date((Math.floor(now.getTime() / hour) - graceHours) * hour);
  const rows = await on.query<FiguresRow>(statement, [
    organisationId,
    months.map((month) => `${month}-01`),
    due,
  ]);
  return new Map(
    rows.map(({ month, renewed_at, ...row }) => [
      month,
      {
        meters: row.meters,
        products: row.products,
        uploads: { taken: row.taken, late: row.late, refused: row.refused },
        hours: {
          collected: row.collected,
          partial: row.partial,
          unreachable: row.unreachable,
          expected: row.expected,
          missing: row.missing,
        },
        reports: {
          current: row.current,
          pending: row.pending,
          ...(renewed_at === null ? {} : { renewedAt: renewed_at.toISOString() }),
        },
      },
    ]),
  );
}

/**
 * Hours at or after `due` ($3) are neither expected nor counted as covered, but where the product is retired for good: then it
 * has no hour after its retirement, and all of them count. Absences that are over are not expected.
 */
const statement = `
  with asked as (
    select month, month::timestamp at time zone 'UTC' as starts,
           (month + interval '1 month') at time zone 'UTC' as ends
    from unnest($2::date[]) month
  ), absences as (
    select b.* from meters m join ${ABSENCES} b on b.meter_id = m.id where m.organisation_id = $1
  ), listed as (
    select month, meter_id, product, max(hour) as last_hour,
           count(*) filter (where status = 'collected') as collected,
           count(*) filter (where status = 'partial') as partial,
           count(*) filter (where status = 'unreachable') as unreachable,
           sum(covered_seconds) as covered,
           coalesce(sum(covered_seconds) filter (where hour < $3), 0) as covered_by_due
    from slices where organisation_id = $1 and month = any ($2::date[])
    group by month, meter_id, product
  ), lives as (
    select a.month, p.meter_id, p.product, l.collected, l.partial, l.unreachable, l.last_hour is not null as is_listed,
           greatest(a.starts, p.first_hour) as starts,
           coalesce(case when gone.starts is null then l.covered_by_due else l.covered end, 0) as covered,
           least(a.ends, coalesce(gone.starts, $3::timestamptz)) as expected_until
    from asked a
    join meters m on m.organisation_id = $1
    join products p on p.meter_id = m.id and p.first_hour < a.ends
    left join listed l on l.month = a.month and l.meter_id = p.meter_id and l.product = p.product
    left join absences gone on gone.meter_id = p.meter_id and gone.product = p.product and gone.ends = 'infinity'
    where m.deleted_at is null or l.last_hour is not null
  ), products_of_month as (
    select l.*, greatest(0, extract(epoch from expected_until - starts))::bigint - coalesce(away.seconds, 0) as expected
    from lives l
    cross join lateral (
      select sum(extract(epoch from least(a.ends, l.expected_until) - greatest(a.starts, l.starts)))::bigint as seconds
      from absences a
      where a.meter_id = l.meter_id and a.product = l.product and a.starts < l.expected_until and a.ends > l.starts
        and l.starts < l.expected_until
    ) away
  ), hours as (
    select month, count(distinct meter_id) filter (where is_listed)::int as meters,
           count(*) filter (where is_listed or expected > 0)::int as products,
           sum(collected)::int as collected, sum(partial)::int as partial, sum(unreachable)::int as unreachable,
           (sum(expected) / 3600)::int as expected, round(sum(expected - covered)::numeric / 3600, 3)::text as missing
    from products_of_month group by month
  ), packages as (
    select u.month, count(*) filter (where u.state in ('accepted', 'loaded'))::int as taken,
           count(*) filter (where u.state = 'late')::int as late, count(*) filter (where u.state = 'refused')::int as refused
    from meters m join uploads u on u.meter_id = m.id
    where m.organisation_id = $1 and u.month = any ($2::date[]) group by u.month
  ), listings as (
    select r.month, count(*)::int as current from meters m join reports r on r.meter_id = m.id
    where m.organisation_id = $1 and m.deleted_at is null and r.superseded_at is null and r.month = any ($2::date[])
    group by r.month
  ), renewals as (
    select r.month, count(*) filter (where r.stale_since is not null)::int as pending, max(r.rendered_at) as renewed_at
    from meters m join report_renewals r on r.meter_id = m.id
    where m.organisation_id = $1 and r.month = any ($2::date[]) group by r.month
  )
  select to_char(a.month, 'YYYY-MM') as month, coalesce(h.meters, 0) as meters, coalesce(h.products, 0) as products,
         coalesce(h.collected, 0) as collected, coalesce(h.partial, 0) as partial,
         coalesce(h.unreachable, 0) as unreachable, coalesce(h.expected, 0) as expected,
         coalesce(h.missing, '0.000') as missing,
         coalesce(p.taken, 0) as taken, coalesce(p.late, 0) as late, coalesce(p.refused, 0) as refused,
         coalesce(l.current, 0) as current, coalesce(r.pending, 0) as pending, r.renewed_at
  from asked a left join hours h using (month) left join packages p using (month)
  left join listings l using (month) left join renewals r using (month)`;

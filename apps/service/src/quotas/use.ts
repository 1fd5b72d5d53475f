import type { Queryable } from '../platform/database/index.ts';
import { type CountedQuota, periodOf } from './periods.ts';

/** What the organisation has used of a quota in the running period. */
export async function readUse(
  on: Queryable,
  organisationId: string,
  quota: CountedQuota,
  now: Date,
): Promise<number> {
  const [row] = await on.query<{ used: number }>(
    'select used::float8 as used from quota_use where organisation_id = $1 and quota = $2 and period_start = $3',
    [organisationId, quota, periodOf(quota, now).start],
  );
  return row?.used ?? 0;
}

/** Raises the counter and gives what it says now; others who count wait until the transaction ends. */
export async function raiseUse(
  on: Queryable,
  organisationId: string,
  quota: CountedQuota,
  amount: number,
  now: Date,
): Promise<number> {
  const [row] = await on.query<{ used: number }>(
    `insert into quota_use as q (organisation_id, quota, period_start, used) values ($1, $2, $3, $4)
     on conflict (organisation_id, quota, period_start) do update set used = q.used + excluded.used
     returning used::float8 as used`,
    [organisationId, quota, periodOf(quota, now).start, amount],
  );
  return row!.used;
}

/** Meters that are not deleted. */
export async function countMeters(on: Queryable, organisationId: string): Promise<number> {
  const [row] = await on.query<{ used: number }>(
    'select count(*)::int as used from meters where organisation_id = $1 and deleted_at is null',
    [organisationId],
  );
  return row!.used;
}

/** Housekeeping: periods that are over for a month say nothing to anybody. */
export async function forgetUse(on: Queryable, now: Date): Promise<void> {
  await on.query('delete from quota_use where period_start < $1', [
    new Date(now.getTime() - 31 * 86_400_000),
  ]);
}

import type { Queryable } from '../../platform/database/types.ts';

/** Since when the reports that wait for longest should have been renewed; undefined when none is overdue. */
export async function oldestDue(on: Queryable, now: Date): Promise<Date | undefined> {
  const [row] = await on.query<{ due_at: Date | null }>(
    'select min(due_at) as due_at from report_renewals where stale_since is not null and due_at <= $1',
    [now],
  );
  return row?.due_at ?? undefined;
}

/** Months whose reports do not say yet what has come. */
export async function staleMonths(on: Queryable): Promise<number> {
  const [row] = await on.query<{ count: number }>(
    'select count(*)::float8 as count from report_renewals where stale_since is not null',
  );
  return row!.count;
}

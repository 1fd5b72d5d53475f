import type { Transaction } from '../../platform/database/types.ts';

/** Beyond so many rows a history is renewed at most once in a pause, so that its uploads starve nobody. */
const LONG_HISTORY_ROWS = 1_000_000;

/**
 * Notes that what the reports of this month (`2023-01`) say has changed, and gives when they are to be renewed: at once, or,
 * for a long history, when the last renewal is `pauseSeconds` old.
 */
export async function noteChange(
  transaction: Transaction,
  meterId: string,
  month: string,
  now: Date,
  pauseSeconds: number,
): Promise<Date> {
  const [row] = await transaction.query<{ due_at: Date }>(
    `insert into report_renewals as r (meter_id, month, stale_since, due_at) values ($1, $2, $3, $3)
     on conflict (meter_id, month) do update set
       wanted = r.wanted + 1,
       stale_since = coalesce(r.stale_since, excluded.stale_since),
       due_at = case when r.usage_rows > $4 and r.rendered_at is not null
                     then greatest($3, r.rendered_at + make_interval(secs => $5)) else $3 end
     returning due_at`,
    [meterId, `${month}-01`, now, LONG_HISTORY_ROWS, pauseSeconds],
  );
  return row!.due_at;
}

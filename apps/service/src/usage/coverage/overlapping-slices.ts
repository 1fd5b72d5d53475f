import type { Queryable } from '../../platform/database/index.ts';
import { type Reading, winnerOf } from './winner.ts';

/** A product's hour that several PRODUCTION meters of one organisation metered. */
export interface Overlap {
  readonly product: string;
  /** Unix seconds. */
  readonly hour: number;
  readonly winner: string;
  /** meters.id of those whose slice does not count in aggregates. */
  readonly losers: readonly string[];
}

interface OverlapRow extends Reading {
  product: string;
  hour: number;
}

/**
 * Every overlap of an organisation's month (`2023-01`), or of the hours that one meter metered in it, by product and hour.
 * Meters in TEST take no part, nor do hours that nobody reached.
 */
export async function overlapsOfMonth(
  on: Queryable,
  where: { organisationId: string; month: string; meterId?: string },
): Promise<readonly Overlap[]> {
  const rows = await on.query<OverlapRow>(
    `with production as (
       select s.product, s.hour, s.status, s.meter_id, m.agent_id, m.registered_at
       from slices s
       join meters m on m.id = s.meter_id
       join lateral (
         select a.metering_mode, a.contract_id from meter_assignments a
         where a.meter_id = s.meter_id and a.from_hour <= s.hour
         order by a.from_hour desc limit 1
       ) assignment on assignment.metering_mode = 'PRODUCTION'
       where s.organisation_id = $1 and s.month = $2 and s.status <> 'unreachable'
     ),
     shared as (
       select product, hour from production
       group by product, hour having count(*) > 1 and ($3::bigint is null or bool_or(meter_id = $3::bigint))
     )
     select product, extract(epoch from hour)::float8 as hour, status, meter_id as "meterId",
       agent_id as "agentId", registered_at as "registeredAt"
     from production join shared using (product, hour)
     order by product, hour`,
    [where.organisationId, `${where.month}-01`, where.meterId ?? null],
  );
  const groups = new Map<string, OverlapRow[]>();
  for (const row of rows) {
    const key = `${row.product} ${row.hour}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((readings) => {
    const winner = winnerOf(readings)!;
    return {
      product: winner.product,
      hour: winner.hour,
      winner: winner.meterId,
      losers: readings.filter((reading) => reading !== winner).map(({ meterId }) => meterId),
    };
  });
}

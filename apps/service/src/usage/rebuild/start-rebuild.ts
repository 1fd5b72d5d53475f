import type { Rebuild, RebuildDifference } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../../platform/database/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { meterMonthQueue } from '../queue.ts';

/** Asks for every month of every meter to be derived again; gives the rebuild's id and how many months there are. */
export async function startRebuild(
  transaction: Transaction,
  jobs: Jobs,
  by: { readonly actor: string; readonly at: Date },
): Promise<{ rebuildId: string; months: number }> {
  const [rebuild] = await transaction.query<{ id: string }>(
    'insert into rebuilds (asked_by, asked_at) values ($1, $2) returning id',
    [by.actor, by.at],
  );
  const rebuildId = rebuild!.id;
  const months = await transaction.query<{ meterId: string; month: string }>(
    `insert into rebuild_months (rebuild_id, meter_id, month)
     select distinct $1::uuid, meter_id, month from uploads where state <> 'refused'
     returning meter_id as "meterId", to_char(month, 'YYYY-MM') as month`,
    [rebuildId],
  );
  for (const { meterId, month } of months)
    await jobs.add(
      transaction,
      'usage-rebuild',
      { rebuildId, meterId, month },
      { queue: meterMonthQueue(meterId, month) },
    );
  if (months.length === 0)
    await transaction.query('update rebuilds set finished_at = $2 where id = $1', [rebuildId, by.at]);
  return { rebuildId, months: months.length };
}

/** How far a rebuild is; undefined when there is none of this id. */
export async function findRebuild(on: Queryable, rebuildId: string): Promise<Rebuild | undefined> {
  const [rebuild] = await on.query<{ asked_by: string; asked_at: Date; finished_at: Date | null }>(
    'select asked_by, asked_at, finished_at from rebuilds where id = $1',
    [rebuildId],
  );
  if (!rebuild) return undefined;
  const months = await on.query<{
    organisation_id: string;
    agent_id: string;
    month: string;
    slices: number | null;
    differences: RebuildDifference[];
    finished_at: Date | null;
  }>(
    `select m.organisation_id, m.agent_id, to_char(r.month, 'YYYY-MM') as month, r.slices, r.differences, r.finished_at
     from rebuild_months r join meters m on m.id = r.meter_id where r.rebuild_id = $1 order by r.month, m.agent_id`,
    [rebuildId],
  );
  return {
    rebuildId,
    askedBy: rebuild.asked_by,
    askedAt: rebuild.asked_at.toISOString(),
    ...(rebuild.finished_at ? { finishedAt: rebuild.finished_at.toISOString() } : {}),
    months: months.map((row) => ({
      organisationId: row.organisation_id,
      agentId: row.agent_id,
      month: row.month,
      ...(row.slices === null ? {} : { slices: row.slices }),
      ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
      differences: row.differences,
    })),
  };
}

import type { ClientBase } from 'pg';

/**
 * Gives the jobs of dead runners free. The library would do so after four hours; an upload cannot wait for that.
 *
 * A runner holds a session lock on its own id (see `runner-lock.ts`), which PostgreSQL takes back when its connection ends, in
 * whatever way the process died. So a job that is locked by a runner whose lock can be had is nobody's. The gate is taken alone
 * for a moment: a runner that has an id and not yet its lock holds it shared.
 *
 * @returns the ids of the dead runners
 */
export async function unlockDeadRunners(
  client: ClientBase,
  gate: number,
  ownId: string | undefined,
): Promise<string[]> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [gate]);
    const { rows } = await client.query<{ id: string }>(
      `with runners as materialized (
         select distinct locked_by as id from graphile_worker.jobs
         where locked_by is not null and locked_by is distinct from $1
       )
       select id from runners where pg_try_advisory_xact_lock(hashtextextended(id, $2))`,
      [ownId ?? null, gate],
    );
    const dead = rows.map(({ id }) => id);
    if (dead.length > 0) await client.query('select graphile_worker.force_unlock_workers($1)', [dead]);
    await client.query('commit');
    return dead;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

import type { EngineLane } from '../../platform/engine/types.ts';
import { createBindings } from '../queries/bindings.ts';
import { type HourRange, scopeSql } from '../queries/scope.ts';

/** Rows of a meter's month, of every kind. */
export async function countUsage(lane: EngineLane, meterId: string, month: HourRange): Promise<bigint> {
  const bindings = createBindings();
  const scope = scopeSql(meterId, [month], bindings);
  const [row] = await lane.rows<{ total: string }>(
    `SELECT
       (SELECT count() FROM usage_vm WHERE ${scope})
       + (SELECT count() FROM usage_host WHERE ${scope})
       + (SELECT count() FROM usage_cluster WHERE ${scope}) AS total`,
    bindings.values,
  );
  return BigInt(row!.total);
}

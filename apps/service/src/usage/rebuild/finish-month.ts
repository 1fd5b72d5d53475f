import type { RebuildDifference } from '@meterhouse/contract';
import type { Transaction } from '../../platform/database/index.ts';

export interface FinishedMonth {
  readonly rebuildId: string;
  readonly meterId: string;
  /** `2023-01` */
  readonly month: string;
  readonly slices: number;
  readonly differences: readonly RebuildDifference[];
  readonly at: Date;
}

/**
 * Writes down what a month's rebuild found; the last month of a rebuild finishes it. The rebuild is locked first: two last
 * months that end at the same moment would each see the other unfinished, and the rebuild would never end.
 */
export async function finishMonth(
  transaction: Transaction,
  { rebuildId, meterId, month, slices, differences, at }: FinishedMonth,
): Promise<void> {
  await transaction.query('select 1 from rebuilds where id = $1 for update', [rebuildId]);
  await transaction.query(
    `update rebuild_months set slices = $4, differences = $5, finished_at = $6
     where rebuild_id = $1 and meter_id = $2 and month = $3`,
    [rebuildId, meterId, `${month}-01`, slices, JSON.stringify(differences), at],
  );
  await transaction.query(
    `update rebuilds set finished_at = $2 where id = $1
     and not exists (select 1 from rebuild_months where rebuild_id = $1 and finished_at is null)`,
    [rebuildId, at],
  );
}

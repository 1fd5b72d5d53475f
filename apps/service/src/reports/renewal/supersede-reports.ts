import type { ReportType } from '@meterhouse/contract';
import type { Transaction } from '../../platform/database/types.ts';

/** Takes the provisional reports of these types off the listings of this month; their refs still work for a while. */
export async function supersedeReports(
  transaction: Transaction,
  meterId: string,
  month: string,
  types: readonly ReportType[],
  now: Date,
): Promise<void> {
  await transaction.query(
    `update reports set superseded_at = $4
      where meter_id = $1 and month = $2 and report_type = any($3) and revision is null and superseded_at is null`,
    [meterId, `${month}-01`, types, now],
  );
}

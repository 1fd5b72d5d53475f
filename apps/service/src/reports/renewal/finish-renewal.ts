import type { Transaction } from '../../platform/database/types.ts';

export interface Rendering {
  readonly meterId: string;
  readonly month: string;
  readonly basis: bigint;
  /** Changes that came after this moment may not be in the reports. */
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly milliseconds: number;
  readonly usageRows: bigint;
}

/**
 * Notes what the reports of a month now say; false, and nothing is changed, when they say something newer already. A change
 * that came meanwhile leaves the month stale. The row stays locked until the transaction ends.
 */
export async function finishRenewal(transaction: Transaction, rendering: Rendering): Promise<boolean> {
  const rows = await transaction.query(
    `update report_renewals set
       rendered = $3, rendered_at = $5, render_milliseconds = $6, usage_rows = $7,
       stale_since = case when wanted > $3 then $4::timestamptz end
     where meter_id = $1 and month = $2 and rendered <= $3
     returning 1`,
    [
      rendering.meterId,
      `${rendering.month}-01`,
      rendering.basis,
      rendering.startedAt,
      rendering.finishedAt,
      Math.round(rendering.milliseconds),
      rendering.usageRows,
    ],
  );
  return rows.length > 0;
}

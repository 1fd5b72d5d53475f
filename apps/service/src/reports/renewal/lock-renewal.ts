import type { Transaction } from '../../platform/database/types.ts';

/** Takes the renewal's row alone until the transaction ends, and gives the count of changes its reports were last made from. */
export async function lockRenewal(transaction: Transaction, meterId: string, month: string): Promise<bigint> {
  const [row] = await transaction.query<{ rendered: string }>(
    'select rendered::text from report_renewals where meter_id = $1 and month = $2 for update',
    [meterId, `${month}-01`],
  );
  return BigInt(row!.rendered);
}

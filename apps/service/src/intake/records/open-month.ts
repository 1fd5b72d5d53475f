import type { Transaction } from '../../platform/database/index.ts';

/**
 * The state of an organisation's month, held shared until the transaction ends: a month that is being closed waits for every
 * claim that began before, and no claim begins after. The first package of a month opens it.
 */
export async function holdMonth(
  transaction: Transaction,
  organisationId: string,
  month: string,
): Promise<'open' | 'closing' | 'closed'> {
  const values = [organisationId, `${month}-01`];
  await transaction.query(
    'insert into months (organisation_id, month) values ($1, $2) on conflict do nothing',
    values,
  );
  const [row] = await transaction.query<{ state: 'open' | 'closing' | 'closed' }>(
    'select state from months where organisation_id = $1 and month = $2 for share',
    values,
  );
  return row!.state;
}

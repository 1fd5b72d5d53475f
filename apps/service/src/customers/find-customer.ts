import type { CustomerItem } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/index.ts';

export interface CustomerRow {
  id: string;
  name: string;
  number: string;
  sequence: number;
  created_at: Date;
  modified_at: Date;
}
export const customerColumns = 'c.id, c.name, c.number, c.sequence, c.created_at, c.modified_at';
const ofId = `select ${customerColumns} from customers c where c.organisation_id = $1 and c.id = $2`;

/** The organisation's customer with this id; another organisation's is as unknown as none. */
export async function findCustomer(
  on: Queryable,
  organisationId: string,
  id: string,
): Promise<CustomerItem | undefined> {
  const [row] = await on.query<CustomerRow>(ofId, [organisationId, id]);
  return row && customerOf(row);
}

/** The same, held until the transaction ends: `deleting` waits for rules that are being made for it, `changing` does not. */
export async function lockCustomer(
  transaction: Transaction,
  organisationId: string,
  id: string,
  how: 'changing' | 'deleting',
): Promise<CustomerItem | undefined> {
  const lock = how === 'changing' ? 'for no key update' : 'for update';
  const [row] = await transaction.query<CustomerRow>(`${ofId} ${lock}`, [organisationId, id]);
  return row && customerOf(row);
}

/** The id of the organisation's customer of this name, who is not deleted before the transaction ends. */
export async function findCustomerId(
  transaction: Transaction,
  organisationId: string,
  name: string,
): Promise<string | undefined> {
  const [row] = await transaction.query<{ id: string }>(
    'select id from customers where organisation_id = $1 and name = $2 for key share',
    [organisationId, name],
  );
  return row?.id;
}

export function customerOf(row: CustomerRow): CustomerItem {
  const { id, name, number, sequence } = row;
  return {
    id,
    name,
    number,
    sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

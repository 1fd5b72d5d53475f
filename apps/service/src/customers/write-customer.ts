import type { CustomerItem } from '@meterhouse/contract';
import type { Transaction } from '../platform/database/index.ts';

export type CustomerTerms = Pick<CustomerItem, 'name' | 'number'>;

/** Makes a customer; gives its id, or undefined when the organisation has one of this name. */
export async function insertCustomer(
  transaction: Transaction,
  organisationId: string,
  { name, number }: CustomerTerms,
  now: Date,
): Promise<string | undefined> {
  const [row] = await transaction.query<{ id: string }>(
    `insert into customers (organisation_id, name, number, created_at, modified_at) values ($1, $2, $3, $4, $4)
     on conflict (organisation_id, name) do nothing returning id`,
    [organisationId, name, number, now],
  );
  return row?.id;
}

/**
 * Gives a locked customer these terms: `same` when it has them already, `taken` when another one has the name. Two renames to
 * one name at once end in the database's own refusal of the second.
 */
export async function updateCustomer(
  transaction: Transaction,
  organisationId: string,
  before: CustomerItem,
  { name, number }: CustomerTerms,
  now: Date,
): Promise<'changed' | 'same' | 'taken'> {
  if (name === before.name && number === before.number) return 'same';
  const rows = await transaction.query(
    `update customers c set name = $3, number = $4, sequence = sequence + 1, modified_at = $5
     where id = $2 and not exists (select from customers o where o.organisation_id = $1 and o.name = $3 and o.id <> $2)
     returning id`,
    [organisationId, before.id, name, number, now],
  );
  return rows.length === 1 ? 'changed' : 'taken';
}

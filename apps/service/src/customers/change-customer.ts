import { type CustomerChange, type CustomerItem, type NewCustomer, Problem } from '@meterhouse/contract';
import { type Author, checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { findCustomer, lockCustomer } from './find-customer.ts';
import type { CustomersOptions } from './tools.ts';
import { unknownCustomer } from './unknown.ts';
import { insertCustomer, updateCustomer } from './write-customer.ts';

/** @throws problem `already-exists` for a customer of this name */
export async function makeCustomer(
  transaction: Transaction,
  { recordChange, clock }: CustomersOptions,
  author: Author,
  { name, number = '' }: NewCustomer,
): Promise<CustomerItem> {
  const id = await insertCustomer(transaction, author.organisationId, { name, number }, clock());
  if (id === undefined) throw nameTaken();
  await recordChange(transaction, {
    ...author,
    action: 'customer-made',
    subject: `customer:${id}`,
    details: { name, number },
  });
  return (await findCustomer(transaction, author.organisationId, id))!;
}

/**
 * Changes a customer. Meters fetch the new name with its rules and put it on what they collect from then on, never backwards.
 *
 * @throws problem `not-found`, `sequence-conflict`, `already-exists`
 */
export async function changeCustomer(
  transaction: Transaction,
  { recordChange, clock }: CustomersOptions,
  author: Author,
  id: string,
  { sequence, ...change }: CustomerChange,
): Promise<CustomerItem> {
  const { organisationId } = author;
  const before = await heldCustomer(transaction, author, id, sequence, 'changing');
  const { name, number } = { ...before, ...change };
  const outcome = await updateCustomer(transaction, organisationId, before, { name, number }, clock());
  if (outcome === 'taken') throw nameTaken();
  if (outcome === 'changed')
    await recordChange(transaction, {
      ...author,
      action: 'customer-changed',
      subject: `customer:${id}`,
      details: { from: { name: before.name, number: before.number }, to: { name, number } },
    });
  return (await findCustomer(transaction, organisationId, id))!;
}

/** @throws problem `not-found`, `sequence-conflict`, `in-use` naming rules of the customer */
export async function deleteCustomer(
  transaction: Transaction,
  { recordChange }: CustomersOptions,
  author: Author,
  id: string,
  sequence: number,
): Promise<void> {
  const before = await heldCustomer(transaction, author, id, sequence, 'deleting');
  const rules = await transaction.query<{ id: string }>(
    'select id from customer_rules where customer_id = $1 order by id limit 20',
    [id],
  );
  if (rules.length > 0)
    throw new Problem('in-use', {
      detail: 'Rules give usage to this customer; `references` names the first 20.',
      members: { references: { customerRules: rules.map((rule) => rule.id) } },
    });
  await transaction.query('delete from customers where id = $1', [id]);
  await recordChange(transaction, {
    ...author,
    action: 'customer-deleted',
    subject: `customer:${id}`,
    details: { name: before.name },
  });
}

async function heldCustomer(
  transaction: Transaction,
  { organisationId }: Author,
  id: string,
  sequence: number,
  how: 'changing' | 'deleting',
): Promise<CustomerItem> {
  const customer = await lockCustomer(transaction, organisationId, id, how);
  if (customer === undefined) throw unknownCustomer();
  checkSequence('The customer', customer.sequence, sequence);
  return customer;
}

const nameTaken = () =>
  new Problem('already-exists', { detail: 'Your organisation has a customer of this name.' });

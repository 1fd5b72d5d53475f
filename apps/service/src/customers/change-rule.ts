import {
  type CustomerRuleChange,
  type CustomerRuleItem,
  type NewCustomerRule,
  Problem,
  type ProblemFault,
  TARGET_TYPES,
} from '@meterhouse/contract';
import { type Author, checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { findCustomerId } from './find-customer.ts';
import { findRule, lockRule } from './find-rule.ts';
import type { CustomersOptions } from './tools.ts';
import { unknownRule } from './unknown.ts';
import { findRuleOfTarget, insertRule, type RuleTerms, updateRule } from './write-rule.ts';

/** @throws problem `invalid-request`; `already-exists` when another rule has the target */
export async function makeRule(
  transaction: Transaction,
  { recordChange, clock }: CustomersOptions,
  author: Author,
  asked: NewCustomerRule,
): Promise<CustomerRuleItem> {
  const { organisationId } = author;
  const terms = await termsOf(transaction, organisationId, asked);
  const id = await insertRule(transaction, organisationId, terms, clock());
  if (id === undefined) throw targetTaken(await findRuleOfTarget(transaction, organisationId, terms));
  await recordChange(transaction, {
    ...author,
    action: 'customer-rule-made',
    subject: `customer-rule:${id}`,
    details: { name: asked.name, ...terms },
  });
  return (await findRule(transaction, organisationId, id))!;
}

/** @throws problem `not-found`, `sequence-conflict`, `invalid-request`, `already-exists` */
export async function changeRule(
  transaction: Transaction,
  { recordChange, clock }: CustomersOptions,
  author: Author,
  id: string,
  { sequence, ...change }: CustomerRuleChange,
): Promise<CustomerRuleItem> {
  const { organisationId } = author;
  const before = await heldRule(transaction, author, id, sequence);
  const asked = { ...before, ...change };
  const terms = await termsOf(transaction, organisationId, asked);
  if (Object.entries(terms).every(([name, value]) => before[name as keyof RuleTerms] === value))
    return before;
  const other = await findRuleOfTarget(transaction, organisationId, terms);
  if (other !== undefined && other !== id) throw targetTaken(other);
  await updateRule(transaction, id, terms, clock());
  const { name, customerId, productType, productId, targetType, targetId } = before;
  await recordChange(transaction, {
    ...author,
    action: 'customer-rule-changed',
    subject: `customer-rule:${id}`,
    details: {
      from: { name, customerId, productType, productId, targetType, targetId },
      to: { name: asked.name, ...terms },
    },
  });
  return (await findRule(transaction, organisationId, id))!;
}

/** @throws problem `not-found`, `sequence-conflict` */
export async function deleteRule(
  transaction: Transaction,
  { recordChange }: CustomersOptions,
  author: Author,
  id: string,
  sequence: number,
): Promise<void> {
  const { name, targetType, targetId } = await heldRule(transaction, author, id, sequence);
  await transaction.query('delete from customer_rules where id = $1', [id]);
  await recordChange(transaction, {
    ...author,
    action: 'customer-rule-deleted',
    subject: `customer-rule:${id}`,
    details: { name, targetType, targetId },
  });
}

async function heldRule(
  transaction: Transaction,
  { organisationId }: Author,
  id: string,
  sequence: number,
): Promise<CustomerRuleItem> {
  const rule = await lockRule(transaction, organisationId, id);
  if (rule === undefined) throw unknownRule();
  checkSequence('The rule', rule.sequence, sequence);
  return rule;
}

/** What is asked for, with the customer that is named; every fault that the schema cannot see. */
async function termsOf(
  transaction: Transaction,
  organisationId: string,
  { name, productType, productId, targetType, targetId }: NewCustomerRule,
): Promise<RuleTerms> {
  const errors: ProblemFault[] = [];
  const customerId = await findCustomerId(transaction, organisationId, name);
  if (customerId === undefined)
    errors.push({
      pointer: '/name',
      message: 'no customer of your organisation has this name; make it first: POST /api/v1/customers',
    });
  const targetTypes: readonly string[] = TARGET_TYPES[productType];
  if (!targetTypes.includes(targetType))
    errors.push({ pointer: '/targetType', message: `a ${productType} has ${targetTypes.join(', ')}` });
  if (customerId === undefined || errors.length > 0) throw new Problem('invalid-request', { errors });
  return { customerId, productType, productId: productId.toLowerCase(), targetType, targetId };
}

const targetTaken = (rule: string | undefined) =>
  new Problem('already-exists', {
    detail: 'Another rule has this target. One object has one customer.',
    ...(rule === undefined ? {} : { members: { customerRule: rule } }),
  });

import type { Transaction } from '../platform/database/index.ts';
import { type Contract, findContract, lockContract } from './find-contract.ts';
import { renewOpenMonths } from './renew-open-months.ts';
import type { Author, CommerceTools } from './tools.ts';
import { type ContractTerms, insertContract, updateContract } from './write-contract.ts';

/**
 * Makes the organisation's contract of this number so. What is so already is not written and not recorded.
 *
 * @returns the contract's id, and whether anything changed
 */
export async function putContract(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  terms: ContractTerms,
): Promise<{ id: string; changed: boolean }> {
  const { organisationId } = author;
  if (await insertContract(transaction, organisationId, terms, tools.clock())) {
    await recordMade(transaction, tools, author, terms);
    return { id: (await findContract(transaction, organisationId, terms.number))!.id, changed: true };
  }
  const before = (await lockContract(transaction, organisationId, terms.number, 'changing'))!;
  const changed = await changeTerms(transaction, tools, author, before, terms);
  return { id: before.id, changed };
}

export async function recordMade(
  transaction: Transaction,
  { recordChange }: Pick<CommerceTools, 'recordChange'>,
  author: Author,
  terms: ContractTerms,
): Promise<void> {
  await recordChange(transaction, {
    ...author,
    action: 'contract-made',
    subject: `contract:${terms.number}`,
    details: { ...terms },
  });
}

/**
 * Gives a locked contract other terms. Other rules rate the usage of its meters, so the reports of their open months are
 * asked for anew. False when the terms are what they were.
 */
export async function changeTerms(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  before: Contract,
  terms: ContractTerms,
): Promise<boolean> {
  const { organisationId } = author;
  if (!(await updateContract(transaction, organisationId, terms, tools.clock()))) return false;
  if (terms.ruleSet !== before.ruleSet)
    await renewOpenMonths(transaction, tools, { organisationId, contractId: before.id });
  await tools.recordChange(transaction, {
    ...author,
    action: 'contract-changed',
    subject: `contract:${terms.number}`,
    details: { from: termsOf(before), to: { ...terms } },
  });
  return true;
}

const termsOf = ({ number, family, currency, minimumCommit, ruleSet }: Contract): ContractTerms => ({
  number,
  family,
  currency,
  minimumCommit,
  ruleSet,
});

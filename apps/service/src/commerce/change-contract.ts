import { type ContractChange, type ContractItem, type NewContract, Problem } from '@meterhouse/contract';
import { checkSequence } from '../platform/changes/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { type Contract, findContract, itemOfContract, lockContract } from './find-contract.ts';
import { changeTerms, recordMade } from './put-contract.ts';
import { refuseWhileReferred } from './references.ts';
import type { Author, CommerceTools } from './tools.ts';
import { unknownContract } from './unknown.ts';
import { insertContract } from './write-contract.ts';

/** @throws problem `already-exists` when the organisation has a contract of this number */
export async function makeContract(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  { minimumCommit = { quantity: '0', unit: 'points' }, ...asked }: NewContract,
): Promise<ContractItem> {
  const terms = { ...asked, minimumCommit };
  const { organisationId } = author;
  if (!(await insertContract(transaction, organisationId, terms, tools.clock())))
    throw new Problem('already-exists', {
      detail: `There is a contract ${terms.number}. Change that one: PATCH /api/v1/contracts/${terms.number}.`,
    });
  await recordMade(transaction, tools, author, terms);
  return itemOfContract((await findContract(transaction, organisationId, terms.number))!);
}

/** @throws problem `not-found`, `sequence-conflict` */
export async function changeContract(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  number: string,
  { sequence, ...change }: ContractChange,
): Promise<ContractItem> {
  const before = await heldContract(transaction, author, number, sequence, 'changing');
  const { family, currency, minimumCommit, ruleSet } = { ...before, ...change };
  await changeTerms(transaction, tools, author, before, {
    number: before.number,
    family,
    currency,
    minimumCommit,
    ruleSet,
  });
  return itemOfContract((await findContract(transaction, author.organisationId, number))!);
}

/** @throws problem `not-found`, `sequence-conflict`, `in-use` */
export async function deleteContract(
  transaction: Transaction,
  tools: CommerceTools,
  author: Author,
  number: string,
  sequence: number,
): Promise<void> {
  const { id } = await heldContract(transaction, author, number, sequence, 'deleting');
  await refuseWhileReferred(transaction, { contractId: id });
  await transaction.query('delete from contracts where organisation_id = $1 and id = $2', [
    author.organisationId,
    id,
  ]);
  await tools.recordChange(transaction, {
    ...author,
    action: 'contract-deleted',
    subject: `contract:${number}`,
  });
}

async function heldContract(
  transaction: Transaction,
  { organisationId }: Author,
  number: string,
  sequence: number,
  how: 'changing' | 'deleting',
): Promise<Contract> {
  const contract = await lockContract(transaction, organisationId, number, how);
  if (contract === undefined) throw unknownContract();
  checkSequence('The contract', contract.sequence, sequence);
  return contract;
}

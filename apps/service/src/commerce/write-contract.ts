import type { Transaction } from '../platform/database/index.ts';
import type { Contract } from './find-contract.ts';

export type ContractTerms = Pick<Contract, 'number' | 'family' | 'currency' | 'minimumCommit' | 'ruleSet'>;

/** Makes a contract. False when the organisation has one of this number. */
export async function insertContract(
  transaction: Transaction,
  organisationId: string,
  terms: ContractTerms,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `insert into contracts (organisation_id, number, family, currency, minimum_commit_quantity, minimum_commit_unit,
       rule_set, created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     on conflict (organisation_id, number) do nothing returning id`,
    [organisationId, ...valuesOf(terms), now],
  );
  return rows.length === 1;
}

/** Gives the contract of this number these terms. False when it has them already: then nothing is counted as a change. */
export async function updateContract(
  transaction: Transaction,
  organisationId: string,
  terms: ContractTerms,
  now: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `update contracts set family = $3, currency = $4, minimum_commit_quantity = $5, minimum_commit_unit = $6, rule_set = $7,
       sequence = sequence + 1, modified_at = $8
     where organisation_id = $1 and number = $2
       and (family, currency, minimum_commit_quantity, minimum_commit_unit, rule_set)
         is distinct from ($3, $4, $5::numeric, $6, $7)
     returning id`,
    [organisationId, ...valuesOf(terms), now],
  );
  return rows.length === 1;
}

const valuesOf = ({ number, family, currency, minimumCommit, ruleSet }: ContractTerms) => [
  number,
  family,
  currency,
  minimumCommit.quantity,
  minimumCommit.unit,
  ruleSet,
];

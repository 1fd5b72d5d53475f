import type { ContractItem } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/index.ts';

/** What usage is billed under; its id is what assignments name. */
export interface Contract extends ContractItem {
  readonly id: string;
}

export interface ContractRow {
  id: string;
  number: string;
  family: string;
  currency: string;
  minimum_commit_quantity: string;
  minimum_commit_unit: string;
  rule_set: ContractItem['ruleSet'];
  sequence: number;
  created_at: Date;
  modified_at: Date;
}
export const contractColumns = `c.id, c.number, c.family, c.currency,
  trim_scale(c.minimum_commit_quantity)::text as minimum_commit_quantity, c.minimum_commit_unit, c.rule_set,
  c.sequence, c.created_at, c.modified_at`;
const ofNumber = `select ${contractColumns} from contracts c where c.organisation_id = $1 and c.number = $2`;

/** The organisation's contract with this number; another organisation's is as unknown as none. */
export async function findContract(
  on: Queryable,
  organisationId: string,
  number: string,
): Promise<Contract | undefined> {
  const [row] = await on.query<ContractRow>(ofNumber, [organisationId, number]);
  return row && contractOf(row);
}

const locks = {
  naming: 'for key share',
  changing: 'for no key update',
  deleting: 'for update',
} as const;

/**
 * The same, held until the transaction ends: `deleting` waits for whoever refers to it and for `naming`, which is about to;
 * `changing` waits for neither.
 */
export async function lockContract(
  transaction: Transaction,
  organisationId: string,
  number: string,
  how: keyof typeof locks,
): Promise<Contract | undefined> {
  const [row] = await transaction.query<ContractRow>(`${ofNumber} ${locks[how]}`, [organisationId, number]);
  return row && contractOf(row);
}

export function contractOf(row: ContractRow): Contract {
  return {
    id: row.id,
    number: row.number,
    family: row.family,
    currency: row.currency,
    minimumCommit: { quantity: row.minimum_commit_quantity, unit: row.minimum_commit_unit },
    ruleSet: row.rule_set,
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

/** A contract as callers see it. */
export function itemOfContract({ id: _id, ...item }: Contract): ContractItem {
  return item;
}

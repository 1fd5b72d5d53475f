import type { RecordChange } from '../platform/audit/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import { type Contract, findContract } from './find-contract.ts';

export type ContractTerms = Omit<Contract, 'id'>;
export interface Author {
  readonly organisationId: string;
  /** For the audit log. */
  readonly actor: string;
}

/**
 * Makes the organisation's contract of this number so. What is so already is not written and not recorded.
 *
 * @returns the contract's id, and whether anything changed
 */
export async function putContract(
  transaction: Transaction,
  recordChange: RecordChange,
  { organisationId, actor }: Author,
  terms: ContractTerms,
): Promise<{ id: string; changed: boolean }> {
  const before = await findContract(transaction, organisationId, terms.number);
  const rows = await transaction.query<{ id: string }>(
    `insert into contracts as c (organisation_id, number, family, currency, minimum_commit_quantity, minimum_commit_unit, rule_set)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (organisation_id, number) do update set
       family = excluded.family, currency = excluded.currency, rule_set = excluded.rule_set,
       minimum_commit_quantity = excluded.minimum_commit_quantity, minimum_commit_unit = excluded.minimum_commit_unit
     where (c.family, c.currency, c.minimum_commit_quantity, c.minimum_commit_unit, c.rule_set) is distinct from
       (excluded.family, excluded.currency, excluded.minimum_commit_quantity, excluded.minimum_commit_unit, excluded.rule_set)
     returning id`,
    [
      organisationId,
      terms.number,
      terms.family,
      terms.currency,
      terms.minimumCommit.quantity,
      terms.minimumCommit.unit,
      terms.ruleSet,
    ],
  );
  const [written] = rows;
  if (written === undefined) return { id: before!.id, changed: false };
  const { id: _id, ...old } = before ?? { id: undefined };
  await recordChange(transaction, {
    organisationId,
    actor,
    action: before === undefined ? 'contract-made' : 'contract-changed',
    subject: `contract:${terms.number}`,
    details: before === undefined ? { ...terms } : { from: old, to: { ...terms } },
  });
  return { id: written.id, changed: true };
}

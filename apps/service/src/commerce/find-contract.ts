import type { Queryable } from '../platform/database/index.ts';

/** What usage is billed under. */
export interface Contract {
  readonly id: string;
  readonly number: string;
  readonly family: string;
  readonly currency: string;
  /** `quantity` is a decimal as text. */
  readonly minimumCommit: { readonly quantity: string; readonly unit: string };
  /** The name of the rule set that rates its usage. */
  readonly ruleSet: string;
}

interface ContractRow {
  id: string;
  number: string;
  family: string;
  currency: string;
  minimum_commit_quantity: string;
  minimum_commit_unit: string;
  rule_set: string;
}
const columns = `id, number, family, currency, trim_scale(minimum_commit_quantity)::text as minimum_commit_quantity,
  minimum_commit_unit, rule_set`;

/** The organisation's contract with this number; another organisation's is as unknown as none. */
export async function findContract(
  on: Queryable,
  organisationId: string,
  number: string,
): Promise<Contract | undefined> {
  const [row] = await on.query<ContractRow>(
    `select ${columns} from contracts where organisation_id = $1 and number = $2`,
    [organisationId, number],
  );
  return row && toContract(row);
}

/** The organisation's contracts, by number. */
export async function listContracts(on: Queryable, organisationId: string): Promise<Contract[]> {
  const rows = await on.query<ContractRow>(
    `select ${columns} from contracts where organisation_id = $1 order by number`,
    [organisationId],
  );
  return rows.map(toContract);
}

/** The organisation's contract with this id, as assignments name it. */
export async function readContract(
  on: Queryable,
  organisationId: string,
  contractId: string,
): Promise<Contract | undefined> {
  const [row] = await on.query<ContractRow>(
    `select ${columns} from contracts where organisation_id = $1 and id = $2`,
    [organisationId, contractId],
  );
  return row && toContract(row);
}

function toContract(row: ContractRow): Contract {
  const { id, number, family, currency } = row;
  const minimumCommit = { quantity: row.minimum_commit_quantity, unit: row.minimum_commit_unit };
  return { id, number, family, currency, minimumCommit, ruleSet: row.rule_set };
}

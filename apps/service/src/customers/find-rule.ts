import type { CustomerRuleItem } from '@meterhouse/contract';
import type { Queryable, Transaction } from '../platform/database/index.ts';

export interface RuleRow {
  id: string;
  name: string;
  customer_id: string;
  product_type: CustomerRuleItem['productType'];
  product_id: string;
  target_type: CustomerRuleItem['targetType'];
  target_id: string;
  sequence: number;
  created_at: Date;
  modified_at: Date;
}
export const ruleColumns = `r.id, c.name, r.customer_id, r.product_type, r.product_id, r.target_type, r.target_id,
  r.sequence, r.created_at, r.modified_at`;
export const rulesOfCustomers = 'customer_rules r join customers c on c.id = r.customer_id';
const ofId = `select ${ruleColumns} from ${rulesOfCustomers} where r.organisation_id = $1 and r.id = $2`;

/** The organisation's rule with this id; another organisation's is as unknown as none. */
export async function findRule(
  on: Queryable,
  organisationId: string,
  id: string,
): Promise<CustomerRuleItem | undefined> {
  const [row] = await on.query<RuleRow>(ofId, [organisationId, id]);
  return row && ruleOf(row);
}

/** The same, held until the transaction ends. */
export async function lockRule(
  transaction: Transaction,
  organisationId: string,
  id: string,
): Promise<CustomerRuleItem | undefined> {
  const [row] = await transaction.query<RuleRow>(`${ofId} for update of r`, [organisationId, id]);
  return row && ruleOf(row);
}

export function ruleOf(row: RuleRow): CustomerRuleItem {
  return {
    id: row.id,
    name: row.name,
    customerId: row.customer_id,
    productType: row.product_type,
    productId: row.product_id,
    targetType: row.target_type,
    targetId: row.target_id,
    sequence: row.sequence,
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
  };
}

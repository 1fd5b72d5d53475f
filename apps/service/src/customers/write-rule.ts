import type { CustomerRuleItem } from '@meterhouse/contract';
import type { Transaction } from '../platform/database/index.ts';

export type RuleTerms = Pick<
  CustomerRuleItem,
  'customerId' | 'productType' | 'productId' | 'targetType' | 'targetId'
>;

/** Makes a rule; gives its id, or undefined when another one has the target. */
export async function insertRule(
  transaction: Transaction,
  organisationId: string,
  terms: RuleTerms,
  now: Date,
): Promise<string | undefined> {
  const [row] = await transaction.query<{ id: string }>(
    `insert into customer_rules (organisation_id, customer_id, product_type, product_id, target_type, target_id,
       created_at, modified_at)
     values ($1, $2, $3, $4, $5, $6, $7, $7)
     on conflict on constraint customer_rules_target do nothing returning id`,
    [organisationId, ...valuesOf(terms), now],
  );
  return row?.id;
}

/** Gives a locked rule these terms. The caller has looked that no other one has the target. */
export async function updateRule(
  transaction: Transaction,
  id: string,
  terms: RuleTerms,
  now: Date,
): Promise<void> {
  await transaction.query(
    `update customer_rules set customer_id = $2, product_type = $3, product_id = $4, target_type = $5, target_id = $6,
       sequence = sequence + 1, modified_at = $7 where id = $1`,
    [id, ...valuesOf(terms), now],
  );
}

/** The rule that has this target. */
export async function findRuleOfTarget(
  transaction: Transaction,
  organisationId: string,
  { productType, productId, targetType, targetId }: Omit<RuleTerms, 'customerId'>,
): Promise<string | undefined> {
  const [row] = await transaction.query<{ id: string }>(
    `select id from customer_rules where organisation_id = $1 and product_type = $2 and product_id = $3
       and target_type = $4 and target_id = $5`,
    [organisationId, productType, productId, targetType, targetId],
  );
  return row?.id;
}

const valuesOf = ({ customerId, productType, productId, targetType, targetId }: RuleTerms) => [
  customerId,
  productType,
  productId,
  targetType,
  targetId,
];

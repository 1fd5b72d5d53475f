import { type DeclaredCustomer, type DeclaredRule, targetOf } from '@meterhouse/contract/declaration';
import type { OrganisationState } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { planDeletion, planItem } from './plan-item.ts';

const CUSTOMERS = '/api/v1/customers';
const RULES = '/api/v1/customer-rules';
const placeOf = (list: string, { id, sequence }: { id: string; sequence: number }) => ({
  path: `${list}/${id}`,
  sequence,
});

/** Customers, and which part of an inventory is whose. A rule whose target is declared of another customer is given to that one. */
export function planCustomers(
  planning: Planning,
  declared: readonly DeclaredCustomer[] | undefined,
  { customers, rules }: OrganisationState,
): void {
  if (declared === undefined) return;
  for (const { name, number = '' } of declared) {
    const present = customers.find((customer) => customer.name === name);
    planItem(planning, {
      kind: 'customer',
      name,
      fields: { number },
      beside: { name },
      list: CUSTOMERS,
      present: present && { ...placeOf(CUSTOMERS, present), fields: { number: present.number } },
    });
  }
  const targets = new Set<string>();
  for (const { name, rules: wanted = [] } of declared)
    for (const rule of wanted) {
      targets.add(targetOf(rule));
      planRule(planning, name, rule, rules);
    }
  if (planning.prune) prune(planning, declared, { customers, rules }, targets);
}

function planRule(
  planning: Planning,
  customer: string,
  rule: DeclaredRule,
  rules: OrganisationState['rules'],
): void {
  const target = targetOf(rule);
  const present = rules.find((other) => targetOf(other) === target);
  planItem(planning, {
    kind: 'customer rule',
    name: target,
    fields: { name: customer },
    beside: { ...rule },
    list: RULES,
    present: present && { ...placeOf(RULES, present), fields: { name: present.name } },
  });
}

/** A customer that goes takes its rules along; of one that stays, those go that its own `rules` do not name. */
function prune(
  planning: Planning,
  declared: readonly DeclaredCustomer[],
  { customers, rules }: Pick<OrganisationState, 'customers' | 'rules'>,
  targets: ReadonlySet<string>,
): void {
  for (const customer of customers)
    if (!declared.some(({ name }) => name === customer.name))
      planDeletion(planning, 'customer', customer.name, placeOf(CUSTOMERS, customer));
  for (const rule of rules) {
    if (targets.has(targetOf(rule))) continue;
    const owner = declared.find(({ name }) => name === rule.name);
    if (owner === undefined || owner.rules !== undefined)
      planDeletion(planning, 'customer rule', `${targetOf(rule)} of ${rule.name}`, placeOf(RULES, rule));
  }
}

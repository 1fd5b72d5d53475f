/** The provider's own customers and the rules that put their names on usage (4-metering-rules, Customers). */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, nameOf, nameOrNoneOf, strict } from './everywhere.ts';
import { lifeFields, listQuery, pageOf, Sequence } from './lists.ts';

/** Stand for usage that no rule gives to a customer, in reports and elsewhere; so no customer is called so, in either case. */
const reserved = '(?:[nN]/[aA]|[nN][oO] [cC][uU][sS][tT][oO][mM][eE][rR] [lL][aA][bB][eE][lL]|-)';

/** A customer's name is the label on usage and reports. */
export const CustomerName = Type.String({
  minLength: 1,
  maxLength: 170,
  pattern: `^(?!${reserved}$)(?! )[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\ud800-\\udfff]*(?<! )$`,
  'x-fault':
    'must not be "n/a", "No Customer Label" or "-", begin or end with a blank, or contain control characters',
  examples: ['Northwind'],
});
export const CustomerNumber = nameOrNoneOf(64, 'C-1001');

export const CustomerPath = Type.Object({ customerId: AnyCaseUuid }, strict);

export const CustomerItem = Type.Object(
  { id: AnyCaseUuid, name: CustomerName, number: CustomerNumber, ...lifeFields },
  strict,
);
export type CustomerItem = Static<typeof CustomerItem>;

export const NewCustomer = Type.Object({ name: CustomerName, number: Type.Optional(CustomerNumber) }, strict);
export type NewCustomer = Static<typeof NewCustomer>;

export const CustomerChange = Type.Object(
  { sequence: Sequence, name: Type.Optional(CustomerName), number: Type.Optional(CustomerNumber) },
  strict,
);
export type CustomerChange = Static<typeof CustomerChange>;

/** Which objects of an inventory a rule may name, by the product that has them. */
export const TARGET_TYPES = {
  vCenter: ['vCenter', 'Datacenter', 'ClusterComputeResource', 'ResourcePool', 'HostSystem', 'Folder'],
  VCD: ['VCD', 'vcd_organization'],
} as const;

export const CustomerProductType = Type.Enum(['vCenter', 'VCD']);
export const TargetType = Type.Enum([...TARGET_TYPES.vCenter, ...TARGET_TYPES.VCD]);

/** An object of an inventory; one rule at most names it. */
export const ruleTarget = {
  productType: CustomerProductType,
  productId: AnyCaseUuid,
  targetType: TargetType,
  targetId: nameOf(255, 'group-v1042'),
};

export const CustomerRulePath = Type.Object({ ruleId: AnyCaseUuid }, strict);

/** Usage of whatever lies under the target is the customer's, unless a rule nearer to the VM says otherwise. */
export const CustomerRuleItem = Type.Object(
  {
    id: AnyCaseUuid,
    name: Type.String({ description: "The customer's name.", examples: ['Northwind'] }),
    customerId: AnyCaseUuid,
    ...ruleTarget,
    ...lifeFields,
  },
  strict,
);
export type CustomerRuleItem = Static<typeof CustomerRuleItem>;

/** `name` is that of a customer that is there. */
export const NewCustomerRule = Type.Object({ name: CustomerName, ...ruleTarget }, strict);
export type NewCustomerRule = Static<typeof NewCustomerRule>;

export const CustomerRuleChange = Type.Object(
  {
    sequence: Sequence,
    name: Type.Optional(CustomerName),
    productType: Type.Optional(ruleTarget.productType),
    productId: Type.Optional(ruleTarget.productId),
    targetType: Type.Optional(ruleTarget.targetType),
    targetId: Type.Optional(ruleTarget.targetId),
  },
  strict,
);
export type CustomerRuleChange = Static<typeof CustomerRuleChange>;

/** A rule as a meter applies it. */
export const MeterCustomerRule = Type.Object(
  { id: AnyCaseUuid, name: Type.String({ examples: ['Northwind'] }), ...ruleTarget },
  strict,
);
export const MeterCustomerRules = Type.Object(
  { rules: Type.Array(MeterCustomerRule, { description: 'By id.' }) },
  strict,
);
export type MeterCustomerRules = Static<typeof MeterCustomerRules>;

export const customerSelectors = {
  name: 'text',
  number: 'text',
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const;
export const CustomerQuery = listQuery(customerSelectors, 'name');
export const CustomerPage = pageOf(CustomerItem);

export const customerRuleSelectors = {
  id: 'uuid',
  name: 'text',
  customerId: 'uuid',
  productType: Object.keys(TARGET_TYPES),
  productId: 'uuid',
  targetType: Object.values(TARGET_TYPES).flat(),
  targetId: 'text',
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const;
export const CustomerRuleQuery = listQuery(customerRuleSelectors, 'name');
export const CustomerRulePage = pageOf(CustomerRuleItem);

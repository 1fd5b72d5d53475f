import type { CustomerRuleItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';

export const customerRules: Resource<CustomerRuleItem> = {
  name: 'customer-rules',
  one: 'rule',
  about: `Which part of an inventory is which customer's. The rule nearest to a machine wins; one of VCD before one of vCenter.
Meters apply the rules at their next collection, never backwards.`,
  path: '/api/v1/customer-rules',
  id: { argument: 'rule', words: 'its UUID', of: ({ id }) => id },
  such: { filter: 'name==Northwind', sort: '-createdAt' },
  columns: [
    { name: 'id', title: 'Rule' },
    { name: 'name', title: 'Customer' },
    { name: 'productType', title: 'Product' },
    { name: 'productId', title: 'Product UUID' },
    { name: 'targetType', title: 'Target' },
    { name: 'targetId', title: 'Target id' },
    { name: 'customerId', extra: true },
    ...LIFE_COLUMNS,
  ],
  fields: [
    {
      flags: '--customer <name>',
      words: 'the name of a customer that is there',
      member: 'name',
      create: 'needed',
      change: true,
    },
    {
      flags: '--product-type <type>',
      words: 'what inventory it is about',
      member: 'productType',
      create: 'needed',
      change: true,
      choices: ['vCenter', 'VCD'],
    },
    {
      flags: '--product <uuid>',
      words: 'which one, by its instance UUID',
      member: 'productId',
      create: 'needed',
      change: true,
    },
    {
      flags: '--target-type <type>',
      words: 'what kind of object it names',
      member: 'targetType',
      create: 'needed',
      change: true,
      choices: [
        'vCenter',
        'Datacenter',
        'ClusterComputeResource',
        'ResourcePool',
        'HostSystem',
        'Folder',
        'VCD',
        'vcd_organization',
      ],
    },
    {
      flags: '--target <id>',
      words: 'which object, such as group-v1042',
      member: 'targetId',
      create: 'needed',
      change: true,
    },
  ],
  words: {
    list: 'Lists the rules.',
    show: 'Shows one rule.',
    create: "Makes a rule: whatever lies under the target is the customer's.",
    change: 'Changes a rule; what is left out stays.',
    delete: 'Deletes a rule. Usage that it labelled keeps its label.',
  },
  examples: {
    list: ['customer-rules list', 'customer-rules list --filter name==Northwind'],
    show: ['customer-rules show RULE'],
    create: [
      'customer-rules create --customer Northwind --product-type vCenter --product UUID --target-type Folder --target group-v1042',
    ],
    change: ['customer-rules change RULE --customer Contoso'],
    delete: ['customer-rules delete RULE --yes'],
  },
  empty: 'There is no rule: all usage has "No Customer Label".',
};

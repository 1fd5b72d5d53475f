import type { ContractItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';

export const contracts: Resource<ContractItem> = {
  name: 'contracts',
  one: 'contract',
  about:
    'What usage is billed under: its rule set rates the usage of the meters that are registered with it.',
  metered: true,
  path: '/api/v1/contracts',
  id: { argument: 'number', words: "the contract's number", of: ({ number }) => number },
  such: { filter: "'number==10*'", sort: '-createdAt' },
  columns: [
    { name: 'number', title: 'Contract' },
    { name: 'family' },
    { name: 'currency' },
    {
      name: 'minimumCommit',
      title: 'Minimum commit',
      of: ({ minimumCommit: { quantity, unit } }) => `${quantity} ${unit}`,
      right: true,
    },
    { name: 'ruleSet', title: 'Rule set' },
    ...LIFE_COLUMNS,
  ],
  fields: [
    { flags: '--number <number>', words: 'its number, for ever', member: 'number', create: 'needed' },
    { flags: '--family <name>', words: 'such as RENTAL', member: 'family', create: 'needed', change: true },
    {
      flags: '--currency <code>',
      words: 'three letters, such as USD',
      member: 'currency',
      create: 'needed',
      change: true,
    },
    {
      flags: '--minimum-commit <amount>',
      words: "such as '360 points'; otherwise none",
      member: 'minimumCommit',
      create: 'can',
      change: true,
      parse: commitValue,
    },
    {
      flags: '--rule-set <name>',
      words: 'which rules rate its usage',
      member: 'ruleSet',
      create: 'needed',
      change: true,
      choices: ['flex', 'cores', 'plain'],
    },
  ],
  words: {
    list: 'Lists the contracts of your organisation.',
    show: 'Shows one contract.',
    create:
      'Makes a contract. Its sites are made with "sites create", its meters registered with "meters register".',
    change:
      'Changes the terms of a contract. Another rule set rates the open months anew: their reports are renewed. Closed months stay.',
    delete:
      'Deletes a contract that nothing refers to: no site, and no meter that is or was billed under it.',
  },
  examples: {
    list: ['contracts list', 'contracts list --csv'],
    show: ['contracts show 1012345'],
    create: [
      "contracts create --number 1012345 --family RENTAL --currency USD --minimum-commit '360 points' --rule-set flex",
    ],
    change: ["contracts change 1012345 --minimum-commit '500 points'"],
    delete: ['contracts delete 1012345'],
  },
  empty: 'There is no contract. Make one: meterhouse contracts create --help',
};

function commitValue(text: string): { quantity: string; unit: string } {
  const [, quantity, unit] = /^(\d+(?:\.\d+)?) +(\S.*)$/.exec(text.trim()) ?? [];
  if (quantity === undefined || unit === undefined)
    throw new Error("Write an amount and its unit, such as '360 points'.");
  return { quantity, unit };
}

import type { SiteItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';

export const sites: Resource<SiteItem> = {
  name: 'sites',
  one: 'site',
  about: 'Where the meters of a contract stand. Usage is reported by site.',
  path: '/api/v1/contracts/{parent}/sites',
  parent: { flags: '--contract <number>', words: 'the contract that it is of' },
  id: { argument: 'site', words: 'its name or UUID', of: ({ id }) => id, called: 'name' },
  such: { filter: 'countryRegion==BG', sort: 'name' },
  columns: [
    { name: 'id', title: 'Site' },
    { name: 'name' },
    { name: 'contractNumber', title: 'Contract' },
    { name: 'countryRegion', title: 'Country' },
    { name: 'address' },
    { name: 'postCode', title: 'Post code' },
    ...LIFE_COLUMNS,
  ],
  fields: [
    { flags: '--name <text>', words: 'what it is called', member: 'name', create: 'needed', change: true },
    {
      flags: '--country-region <code>',
      words: 'such as BG',
      member: 'countryRegion',
      create: 'can',
      change: true,
    },
    { flags: '--address <text>', words: 'street and house', member: 'address', create: 'can', change: true },
    { flags: '--post-code <text>', words: 'its post code', member: 'postCode', create: 'can', change: true },
  ],
  words: {
    list: 'Lists the sites of a contract.',
    show: 'Shows one site.',
    create: 'Makes a site of a contract.',
    change: 'Changes what is said of a site; a new name counts in reports from the next renewal on.',
    delete: 'Deletes a site that no meter is or was registered with.',
  },
  examples: {
    list: ['sites list --contract 1012345'],
    show: ['sites show --contract 1012345 "Site A"'],
    create: ['sites create --contract 1012345 --name "Site B" --country-region BG --post-code 1000'],
    change: ['sites change --contract 1012345 "Site B" --name "Site C"'],
    delete: ['sites delete --contract 1012345 "Site B" --yes'],
  },
  empty: 'The contract has no site.',
};

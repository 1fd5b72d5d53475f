import type { OrganisationItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';

export const organisations: Resource<OrganisationItem> = {
  name: 'organisations',
  one: 'organisation',
  about: `The tenants of the service: each has its own people, tokens, contracts, meters and reports, and sees no other.
Making and changing them is for operators; everybody sees their own.`,
  path: '/api/v1/organisations',
  id: {
    argument: 'organisation',
    words: 'its name or UUID',
    of: ({ id }) => id,
    called: 'name',
  },
  such: { filter: "'name==Acme*'", sort: '-createdAt' },
  columns: [
    { name: 'id', title: 'Organisation' },
    { name: 'name' },
    { name: 'partnerId', title: 'Partner' },
    { name: 'operators', show: (is) => (is ? 'runs the service' : ''), title: 'Operators' },
    ...LIFE_COLUMNS,
  ],
  fields: [
    {
      flags: '--name <text>',
      words: 'what it is called; each has another name',
      member: 'name',
      create: 'needed',
      change: true,
    },
    {
      flags: '--partner-id <text>',
      words: "the partner's number with the programme",
      member: 'partnerId',
      create: 'can',
      change: true,
      removable: true,
    },
  ],
  words: {
    list: 'Lists the organisations that you may see: for operators all of them.',
    show: 'Shows one organisation.',
    create: `Makes an organisation. Then make a token for it, with which its people call:
"meterhouse --organisation NAME api-tokens create --name admin --role administrator".`,
    change: 'Gives an organisation another name or partner number.',
    delete: 'Deletes an organisation that has nothing in it any more.',
  },
  examples: {
    list: ['organisations list', 'organisations list --sort -createdAt --limit 5'],
    show: ['organisations show "Acme Cloud"'],
    create: ['organisations create --name "Acme Cloud" --partner-id P-1001'],
    change: ['organisations change "Acme Cloud" --name "Acme Clouds"'],
    delete: ['organisations delete "Acme Cloud"'],
  },
  empty: 'There is no organisation.',
};

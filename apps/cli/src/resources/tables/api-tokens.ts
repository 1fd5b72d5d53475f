import type { ApiTokenItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { instantIn } from './duration.ts';
import { LIFE_COLUMNS } from './life-columns.ts';
import { ROLES } from './role.ts';

export const apiTokens: Resource<ApiTokenItem> = {
  name: 'api-tokens',
  one: 'API token',
  about: `The long-lived tokens that people and scripts sign in with. The value of one is told once, when it is made; the service
keeps no way back to it.`,
  path: '/api/v1/api-tokens',
  id: {
    argument: 'token',
    words: 'its name or UUID; never its value',
    of: ({ id }) => id,
    called: 'name',
    current: 'state==active',
  },
  such: { filter: "'state==active;expiresAt=lt=2027-01-01T00:00:00Z'", sort: 'expiresAt' },
  columns: [
    { name: 'id', title: 'Token' },
    { name: 'name' },
    { name: 'role' },
    { name: 'state' },
    { name: 'lastFour', title: 'Ends in' },
    { name: 'expiresAt', title: 'Expires' },
    { name: 'provisioned', extra: true },
    { name: 'personId', title: 'Person', extra: true },
    { name: 'revokedAt', title: 'Revoked', extra: true },
    ...LIFE_COLUMNS,
  ],
  fields: [
    { flags: '--name <text>', words: 'what it is for', member: 'name', create: 'needed', change: true },
    {
      flags: '--role <role>',
      words: 'what it may do; no higher than your own',
      member: 'role',
      create: 'needed',
      choices: ROLES,
    },
    {
      flags: '--expires-in <time>',
      words: 'it ends after this time, such as 90d or 12h; otherwise never',
      member: 'expiresAt',
      create: 'can',
      parse: (text) => instantIn(text, new Date()),
    },
  ],
  secret: 'value',
  words: {
    list: 'Lists the API tokens of your organisation, the newest first, without their values.',
    show: 'Shows what there is to say of one token, without its value.',
    create: `Makes an API token. Its value is told once: alone on standard output, for a pipe into a safe; with --to in a new file
that only you can read; with --json among the rest.`,
    change: 'Gives a token another name.',
    delete:
      'Revokes a token: it can be exchanged no more at once, and nothing can be changed with it any more.',
  },
  examples: {
    list: ['api-tokens list', "api-tokens list --filter 'state==active;expiresAt=lt=2027-01-01T00:00:00Z'"],
    show: ['api-tokens show automation'],
    create: [
      'api-tokens create --name automation --role reporter --expires-in 90d --to ./token',
      'api-tokens create --name automation --role reader | pass insert -e meterhouse',
    ],
    change: ['api-tokens change automation --name nightly'],
    delete: ['api-tokens delete automation'],
  },
  empty: 'There is no API token.',
};

import type { PersonItem } from '@meterhouse/contract';
import type { Resource } from '../resource.ts';
import { LIFE_COLUMNS } from './life-columns.ts';
import { ROLES } from './role.ts';

export const people: Resource<PersonItem> = {
  name: 'people',
  one: 'person',
  about: 'Who is a member of your organisation, and with which role. Changes are for administrators.',
  path: '/api/v1/people',
  id: { argument: 'person', words: 'the e-mail address or the UUID', of: ({ id }) => id, called: 'email' },
  such: { filter: 'role==administrator', sort: 'email' },
  columns: [
    { name: 'id', title: 'Person' },
    { name: 'email', title: 'E-mail' },
    { name: 'role' },
    ...LIFE_COLUMNS,
  ],
  fields: [
    { flags: '--email <address>', words: 'the e-mail address', member: 'email', create: 'needed' },
    {
      flags: '--role <role>',
      words: 'what they may do; no higher than your own',
      member: 'role',
      create: 'needed',
      change: true,
      choices: ROLES,
    },
    {
      flags: '--password-stdin',
      words: 'read their first password (12 characters or more) from standard input, or ask for it',
      parse: passwordValue,
      question: 'Their first password, 12 characters or more (it is not shown)',
      member: 'password',
      create: 'can',
      secret: true,
    },
  ],
  words: {
    list: 'Lists the people of your organisation.',
    show: 'Shows one person.',
    create: 'Makes somebody a member. Who is known to the service already keeps their own password.',
    change: 'Gives a person another role.',
    delete: 'Takes a person out of the organisation. The API tokens that are theirs end.',
  },
  examples: {
    list: ['people list', 'people list --filter role==administrator --query "[].email"'],
    show: ['people show ops@acme.example'],
    create: [
      'people create --email ops@acme.example --role administrator',
      'people create --email ops@acme.example --role reader --password-stdin < password',
    ],
    change: ['people change ops@acme.example --role reader'],
    delete: ['people delete ops@acme.example --yes'],
  },
  empty: 'Nobody is a member.',
};

/** The service wants it so long; a person who types it is to know before all the rest is sent. */
function passwordValue(text: string): string {
  if (text.length < 12) throw new Error('It has 12 characters or more.');
  return text;
}

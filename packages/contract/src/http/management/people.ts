/** The people of an organisation: who is a member, and with which role. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, RoleName, strict } from '../everywhere.ts';
import { lifeFields, listQuery, pageOf, type Selectors, Sequence } from '../lists.ts';

const Email = Type.String({
  maxLength: 254,
  pattern:
    '^[^\\s@\\u0000-\\u001f\\u007f-\\u009f]{1,64}@[^\\s@\\u0000-\\u001f\\u007f-\\u009f]+\\.[^\\s@.\\u0000-\\u001f\\u007f-\\u009f]+$',
  'x-fault': 'must be an e-mail address',
  examples: ['ops@acme.example'],
});

export const PersonPath = Type.Object({ personId: AnyCaseUuid }, strict);

export const PersonItem = Type.Object(
  { id: AnyCaseUuid, email: Email, role: RoleName, ...lifeFields },
  strict,
);
export type PersonItem = Static<typeof PersonItem>;

export const personSelectors = {
  id: 'uuid',
  email: 'text',
  role: ['operator', 'administrator', 'reporter', 'reader'],
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const satisfies Selectors;
export const usualPersonSort = 'email';
export const PersonQuery = listQuery(personSelectors, usualPersonSort);
export const PersonPage = pageOf(PersonItem);

export const NewPerson = Type.Object(
  {
    email: Email,
    role: RoleName,
    password: Type.Optional(
      Type.String({
        minLength: 12,
        maxLength: 1024,
        description:
          'The first one. Not applied to a person who is a member of another organisation: they keep their own.',
      }),
    ),
  },
  strict,
);
export type NewPerson = Static<typeof NewPerson>;

export const PersonChange = Type.Object({ sequence: Sequence, role: RoleName }, strict);
export type PersonChange = Static<typeof PersonChange>;

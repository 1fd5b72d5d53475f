/** The API tokens of an organisation. The value of one is told once, when it is made. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, nameOf, RoleName, strict, Timestamp } from '../everywhere.ts';
import { lifeFields, listQuery, pageOf, type Selectors, Sequence } from '../lists.ts';

const Name = nameOf(128, 'automation');

export const ApiTokenPath = Type.Object({ tokenId: AnyCaseUuid }, strict);

const fields = {
  id: AnyCaseUuid,
  name: Name,
  role: RoleName,
  lastFour: Type.String({ description: 'The last characters of its value.', examples: ['cF3k'] }),
  state: Type.Enum(['active', 'expired', 'revoked'], { examples: ['active'] }),
  personId: Type.Optional(
    Type.String({ description: 'Its owner: it reaches no further than they do, and ends when they leave.' }),
  ),
  provisioned: Type.Boolean({
    description: 'Made by the provisioning file, which makes a new one when its value there changes.',
    examples: [false],
  }),
  expiresAt: Type.Optional(Timestamp),
  revokedAt: Type.Optional(Timestamp),
  ...lifeFields,
};
export const ApiTokenItem = Type.Object(fields, strict);
export type ApiTokenItem = Static<typeof ApiTokenItem>;

export const MadeApiToken = Type.Object(
  {
    ...fields,
    value: Type.String({
      description: 'The token itself. Shown this once and kept nowhere.',
      examples: ['Qm3sXo2nqf1dPz7tYwB0aLr4HcJekS8V'],
    }),
  },
  strict,
);
export type MadeApiToken = Static<typeof MadeApiToken>;

export const apiTokenSelectors = {
  id: 'uuid',
  name: 'text',
  role: ['operator', 'administrator', 'reporter', 'reader'],
  lastFour: 'text',
  state: ['active', 'expired', 'revoked'],
  personId: 'uuid',
  createdAt: 'instant',
  modifiedAt: 'instant',
  expiresAt: 'instant',
  revokedAt: 'instant',
} as const satisfies Selectors;
export const usualApiTokenSort = '-createdAt';
export const ApiTokenQuery = listQuery(apiTokenSelectors, usualApiTokenSort);
export const ApiTokenPage = pageOf(ApiTokenItem);

export const NewApiTokenBody = Type.Object(
  {
    name: Name,
    role: RoleName,
    expiresAt: Type.Optional(
      Type.String({
        pattern:
          '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})$',
        'x-fault': 'must be a time such as 2023-12-31T00:00:00Z',
        examples: ['2023-12-31T00:00:00Z'],
      }),
    ),
  },
  strict,
);
export type NewApiTokenBody = Static<typeof NewApiTokenBody>;

export const ApiTokenChange = Type.Object({ sequence: Sequence, name: Name }, strict);
export type ApiTokenChange = Static<typeof ApiTokenChange>;

/** A week is long enough to put a new token everywhere. */
export const ApiTokenRotation = Type.Object(
  {
    sequence: Sequence,
    graceSeconds: Type.Integer({
      minimum: 0,
      maximum: 604_800,
      description: 'How long the old value goes on working.',
      examples: [3600],
    }),
  },
  strict,
);
export type ApiTokenRotation = Static<typeof ApiTokenRotation>;

/** The service's own signing keys. */
import Type, { type Static } from 'typebox';
import { strict, Timestamp } from '../everywhere.ts';
import { listQuery, pageOf, type Selectors } from '../lists.ts';

const Purpose = Type.Enum(['access', 'report'], {
  description: '`access` signs access tokens, `report` signs what is kept for ever.',
  examples: ['access'],
});

export const SigningKeyPath = Type.Object({ purpose: Purpose }, strict);

export const SigningKeyItem = Type.Object(
  {
    kid: Type.String({
      description: 'The RFC 7638 thumbprint of the key.',
      examples: ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'],
    }),
    purpose: Purpose,
    algorithm: Type.String({ examples: ['ES256'] }),
    publicJwk: Type.Object({ kty: Type.String({ examples: ['EC'] }) }, { additionalProperties: true }),
    createdAt: Timestamp,
    retiredAt: Type.Optional(Timestamp),
    verifiesUntil: Type.Optional(
      Type.String({ description: 'Of a retired access key: when the last token that it signed has ended.' }),
    ),
  },
  strict,
);
export type SigningKeyItem = Static<typeof SigningKeyItem>;

export const signingKeySelectors = {
  kid: 'text',
  purpose: ['access', 'report'],
  createdAt: 'instant',
  retiredAt: 'instant',
} as const satisfies Selectors;
export const usualSigningKeySort = '-createdAt';
export const SigningKeyQuery = listQuery(signingKeySelectors, usualSigningKeySort);
export const SigningKeyPage = pageOf(SigningKeyItem);

/** Who calls, and what each role may. */
import Type, { type Static } from 'typebox';
import { RoleName, shown, strict, Timestamp } from '../everywhere.ts';

export const OrganisationName = {
  id: shown('caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11'),
  name: Type.String({ examples: ['Acme Cloud'] }),
};

export const WhoAmI = Type.Object(
  {
    organisation: Type.Object(OrganisationName, {
      ...strict,
      description: 'The one that the call acts in.',
    }),
    homeOrganisation: Type.Optional(
      Type.Object(OrganisationName, {
        ...strict,
        description: "The operator's own, when the call acts in another.",
      }),
    ),
    actor: Type.String({
      description: 'As the audit log names the caller.',
      examples: ['token:88531d1c-296e-4b47-8431-c0e8182148e7'],
    }),
    role: RoleName,
    operator: Type.Boolean({ description: 'Whether the caller runs the service.', examples: [false] }),
    token: Type.Optional(
      Type.Object(
        {
          id: shown('5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21'),
          name: Type.String({ examples: ['automation'] }),
          lastFour: Type.String({ examples: ['cF3k'] }),
        },
        { ...strict, description: 'The API token behind the access token, while it exists.' },
      ),
    ),
    accessTokenExpiresAt: Timestamp,
  },
  strict,
);
export type WhoAmI = Static<typeof WhoAmI>;

export const RoleList = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          name: RoleName,
          may: Type.Array(shown('registers meters'), { description: 'What it adds to the role below.' }),
        },
        strict,
      ),
      { description: 'From most to least; each may what those below it may.' },
    ),
  },
  strict,
);
export type RoleList = Static<typeof RoleList>;

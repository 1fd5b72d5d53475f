/** Organisations: the tenants of the service. */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, nameOf, strict } from '../everywhere.ts';
import { lifeFields, listQuery, pageOf, type Selectors, Sequence } from '../lists.ts';

const Name = nameOf(256, 'Acme Cloud');
const PartnerId = nameOf(64, 'P-1001');

export const OrganisationPath = Type.Object({ organisationId: AnyCaseUuid }, strict);

export const OrganisationItem = Type.Object(
  {
    id: AnyCaseUuid,
    name: Name,
    partnerId: Type.Optional(PartnerId),
    operators: Type.Boolean({
      description: 'Whether it is the organisation of those who run the service.',
      examples: [false],
    }),
    ...lifeFields,
  },
  strict,
);
export type OrganisationItem = Static<typeof OrganisationItem>;

export const organisationSelectors = {
  id: 'uuid',
  name: 'text',
  partnerId: 'text',
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const satisfies Selectors;
export const usualOrganisationSort = 'name';
export const OrganisationQuery = listQuery(organisationSelectors, usualOrganisationSort);
export const OrganisationPage = pageOf(OrganisationItem);

export const NewOrganisation = Type.Object({ name: Name, partnerId: Type.Optional(PartnerId) }, strict);
export type NewOrganisation = Static<typeof NewOrganisation>;

/** What is left out stays; `null` takes the partner number away. */
export const OrganisationChange = Type.Object(
  {
    sequence: Sequence,
    name: Type.Optional(Name),
    partnerId: Type.Optional(Type.Union([PartnerId, Type.Null()])),
  },
  strict,
);
export type OrganisationChange = Static<typeof OrganisationChange>;

import {
  NewOrganisation,
  OrganisationChange,
  OrganisationItem,
  OrganisationPage,
  OrganisationPath,
  OrganisationQuery,
  SequenceQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Caller, Routes } from '../../platform/http/index.ts';
import {
  changeOrganisation,
  createOrganisation,
  deleteOrganisation,
  findOrganisation,
  listOrganisations,
  unknownOrganisation,
} from './organisations.ts';
import type { ManagementTools } from './tools.ts';

const path = '/api/v1/organisations';
const tags = ['organisations'];

/** Operators see all organisations; everybody else their own, as if there were no other. */
const visibleTo = ({ role, organisationId }: Caller) => (role === 'operator' ? undefined : organisationId);

export function organisationRoutes(tools: ManagementTools): Routes {
  const { database, makeChange } = tools;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listOrganisations',
          summary: 'The organisations that you may see',
          description: 'All of them for an operator, their own for everybody else.',
          tags,
          querystring: OrganisationQuery,
          response: { 200: OrganisationPage },
        },
      },
      async (request) => listOrganisations(database, visibleTo(request.caller), request.query),
    );

    app.post(
      path,
      {
        config: { access: 'operator', refuses: ['already-exists'] },
        schema: {
          operationId: 'createOrganisation',
          summary: 'Make an organisation',
          description: 'Its first people and API tokens are made with the header Meterhouse-Organisation.',
          tags,
          body: NewOrganisation,
          response: { 201: OrganisationItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const made = await createOrganisation(transaction, tools, author, request.body);
          return { status: 201, location: `${path}/${made.id}`, body: made };
        }),
    );

    app.get(
      `${path}/:organisationId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getOrganisation',
          summary: 'One organisation',
          tags,
          params: OrganisationPath,
          response: { 200: OrganisationItem },
        },
      },
      async (request) => {
        const id = request.params.organisationId.toLowerCase();
        if ((visibleTo(request.caller) ?? id) !== id) throw unknownOrganisation();
        return findOrganisation(database, id);
      },
    );

    app.patch(
      `${path}/:organisationId`,
      {
        config: { access: 'operator', refuses: ['already-exists', 'in-use'] },
        schema: {
          operationId: 'changeOrganisation',
          summary: 'Change the name or the partner number of an organisation',
          description: 'What is left out stays; a partner number of null is taken away.',
          tags,
          params: OrganisationPath,
          body: OrganisationChange,
          response: { 200: OrganisationItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await changeOrganisation(
            transaction,
            tools,
            author,
            request.params.organisationId,
            request.body,
          ),
        })),
    );

    app.delete(
      `${path}/:organisationId`,
      {
        config: { access: 'operator', refuses: ['in-use'] },
        schema: {
          operationId: 'deleteOrganisation',
          summary: 'Delete an organisation that has no meters and no usage',
          description:
            'Else 409 `in-use` counts what it has. Its tokens, contracts and customers go with it.',
          tags,
          params: OrganisationPath,
          querystring: SequenceQuery,
          response: { 204: Type.Null({ description: 'It is gone.' }) },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const { organisationId } = request.params;
          await deleteOrganisation(
            transaction,
            tools,
            author,
            organisationId,
            Number(request.query.sequence),
          );
          return { status: 204 };
        }),
    );
  };
}

import {
  NewPerson,
  PersonChange,
  PersonItem,
  PersonPage,
  PersonPath,
  PersonQuery,
  SequenceQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Routes } from '../../platform/http/index.ts';
import { hashPassword } from '../passwords.ts';
import { addPerson, changePerson, findPerson, listPeople, removePerson } from './people.ts';
import type { ManagementTools } from './tools.ts';

const path = '/api/v1/people';
const tags = ['people'];

/** The members of the caller's organisation. */
export function peopleRoutes(tools: ManagementTools): Routes {
  const { database, makeChange } = tools;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listPeople',
          summary: 'The people of the organisation',
          tags,
          querystring: PersonQuery,
          response: { 200: PersonPage },
        },
      },
      async (request) => listPeople(database, request.caller.organisationId, request.query),
    );

    app.post(
      path,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'addPerson',
          summary: 'Add a person to the organisation',
          description:
            'With a role no higher than your own. Who is a member of another organisation too keeps the password they have, and it does not open this one; the answer is the same.',
          tags,
          body: NewPerson,
          response: { 201: PersonItem },
        },
      },
      async (request, reply) => {
        const { email, role, password } = request.body;
        // Outside the transaction, as it takes its time.
        const passwordHash = password === undefined ? undefined : await hashPassword(password);
        await makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          const made = await addPerson(transaction, tools, by, { email, role, passwordHash });
          return { status: 201, location: `${path}/${made.id}`, body: made };
        });
      },
    );

    app.get(
      `${path}/:personId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getPerson',
          summary: 'One person of the organisation',
          tags,
          params: PersonPath,
          response: { 200: PersonItem },
        },
      },
      async (request) => findPerson(database, request.caller.organisationId, request.params.personId),
    );

    app.patch(
      `${path}/:personId`,
      {
        config: { access: 'administrator', refuses: ['last-administrator'] },
        schema: {
          operationId: 'changePerson',
          summary: 'Change the role of a person',
          description:
            'A lower role stops every change of their API tokens at once, reads within 30 minutes.',
          tags,
          params: PersonPath,
          body: PersonChange,
          response: { 200: PersonItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await changePerson(
            transaction,
            tools,
            { ...author, caller: request.caller },
            request.params.personId,
            request.body,
          ),
        })),
    );

    app.delete(
      `${path}/:personId`,
      {
        config: { access: 'administrator', refuses: ['last-administrator'] },
        schema: {
          operationId: 'removePerson',
          summary: 'Remove a person from the organisation',
          description:
            'Their API tokens here are revoked: that stops every change at once, reads within 30 minutes.',
          tags,
          params: PersonPath,
          querystring: SequenceQuery,
          response: { 204: Type.Null({ description: 'They are no longer a member.' }) },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          await removePerson(transaction, tools, by, request.params.personId, Number(request.query.sequence));
          return { status: 204 };
        }),
    );
  };
}

import {
  ApiTokenChange,
  ApiTokenItem,
  ApiTokenPage,
  ApiTokenPath,
  ApiTokenQuery,
  ApiTokenRotation,
  MadeApiToken,
  NewApiTokenBody,
  SequenceQuery,
} from '@meterhouse/contract';
import type { Routes } from '../../platform/http/index.ts';
import {
  createApiToken,
  endApiToken,
  listApiTokens,
  renameApiToken,
  rotateApiToken,
  showApiToken,
} from './api-tokens.ts';
import type { ManagementTools } from './tools.ts';

const path = '/api/v1/api-tokens';
const tags = ['api-tokens'];

/** The API tokens of the caller's organisation. A value is told in the answer that makes it, and never again. */
export function apiTokenRoutes(tools: ManagementTools): Routes {
  const { database, makeChange, clock } = tools;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listApiTokens',
          summary: 'The API tokens of the organisation',
          tags,
          querystring: ApiTokenQuery,
          response: { 200: ApiTokenPage },
        },
      },
      async (request) => listApiTokens(database, request.caller.organisationId, clock(), request.query),
    );

    app.post(
      path,
      {
        config: { access: 'administrator', noStore: true },
        schema: {
          operationId: 'createApiToken',
          summary: 'Make an API token',
          description: 'With a role no higher than your own. `value` is shown this once.',
          tags,
          body: NewApiTokenBody,
          response: { 201: MadeApiToken },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          const made = await createApiToken(transaction, tools, by, request.body);
          return { status: 201, location: `${path}/${made.id}`, body: made };
        }),
    );

    app.get(
      `${path}/:tokenId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getApiToken',
          summary: 'One API token, without its value',
          tags,
          params: ApiTokenPath,
          response: { 200: ApiTokenItem },
        },
      },
      async (request) =>
        showApiToken(database, request.caller.organisationId, clock(), request.params.tokenId),
    );

    app.patch(
      `${path}/:tokenId`,
      {
        config: { access: 'administrator' },
        schema: {
          operationId: 'renameApiToken',
          summary: 'Rename an API token',
          tags,
          params: ApiTokenPath,
          body: ApiTokenChange,
          response: { 200: ApiTokenItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          return { body: await renameApiToken(transaction, tools, by, request.params.tokenId, request.body) };
        }),
    );

    app.delete(
      `${path}/:tokenId`,
      {
        config: { access: 'administrator', refuses: ['api-token-ended'] },
        schema: {
          operationId: 'revokeApiToken',
          summary: 'Revoke an API token',
          description:
            'Its exchange and every change made with it stop at once; an access token that it was exchanged for reads until its end, 30 minutes at most.',
          tags,
          params: ApiTokenPath,
          querystring: SequenceQuery,
          response: { 200: ApiTokenItem },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          const sequence = Number(request.query.sequence);
          return { body: await endApiToken(transaction, tools, by, request.params.tokenId, sequence) };
        }),
    );

    app.post(
      `${path}/:tokenId/rotate`,
      {
        config: { access: 'administrator', noStore: true, refuses: ['api-token-ended'] },
        schema: {
          operationId: 'rotateApiToken',
          summary: 'Replace an API token by a new one of the same name and role',
          description: 'The old value works until the grace has passed. `value` is shown this once.',
          tags,
          params: ApiTokenPath,
          body: ApiTokenRotation,
          response: { 201: MadeApiToken },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const by = { ...author, caller: request.caller };
          const made = await rotateApiToken(transaction, tools, by, request.params.tokenId, request.body);
          return { status: 201, location: `${path}/${made.id}`, body: made };
        }),
    );
  };
}

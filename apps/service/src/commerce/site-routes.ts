import {
  ContractPath,
  NewSite,
  SequenceQuery,
  SiteChange,
  SiteItem,
  SitePage,
  SitePath,
  SiteQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Routes } from '../platform/http/index.ts';
import { changeSite, deleteSite, makeSite } from './change-site.ts';
import { findContract } from './find-contract.ts';
import { readSite } from './find-site.ts';
import { listSites } from './list-sites.ts';
import type { CommerceOptions } from './tools.ts';
import { unknownContract, unknownSite } from './unknown.ts';

const path = '/api/v1/contracts/:number/sites';
const tags = ['contracts'];

/** The sites of a contract in the management API (2-wire-api, F). */
export function siteRoutes(options: CommerceOptions): Routes {
  const { database, makeChange } = options;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listSites',
          summary: 'The sites of a contract',
          tags,
          params: ContractPath,
          querystring: SiteQuery,
          response: { 200: SitePage },
        },
      },
      async (request) => {
        const { organisationId } = request.caller;
        const { number } = request.params;
        if ((await findContract(database, organisationId, number)) === undefined) throw unknownContract();
        return listSites(database, organisationId, number, request.query);
      },
    );

    app.post(
      path,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'createSite',
          summary: 'Make a site under a contract',
          tags,
          params: ContractPath,
          body: NewSite,
          response: { 201: SiteItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const { number } = request.params;
          const made = await makeSite(transaction, options, author, number, request.body);
          return { status: 201, location: `/api/v1/contracts/${number}/sites/${made.id}`, body: made };
        }),
    );

    app.get(
      `${path}/:siteId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getSite',
          summary: 'One site',
          tags,
          params: SitePath,
          response: { 200: SiteItem },
        },
      },
      async (request) => {
        const site = await readSite(database, request.caller.organisationId, request.params);
        if (site === undefined) throw unknownSite();
        return site;
      },
    );

    app.patch(
      `${path}/:siteId`,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'changeSite',
          summary: 'Change a site',
          description: 'Reports name sites: another name renews those of the open months.',
          tags,
          params: SitePath,
          body: SiteChange,
          response: { 200: SiteItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await changeSite(transaction, options, author, request.params, request.body),
        })),
    );

    app.delete(
      `${path}/:siteId`,
      {
        config: { access: 'administrator', refuses: ['in-use'] },
        schema: {
          operationId: 'deleteSite',
          summary: 'Delete a site',
          description: 'Only one that no meter is or was ever billed under. Else 409 `in-use` names them.',
          tags,
          params: SitePath,
          querystring: SequenceQuery,
          response: { 204: Type.Null() },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const sequence = Number(request.query.sequence);
          await deleteSite(transaction, options, author, request.params, sequence);
          return { status: 204 };
        }),
    );
  };
}

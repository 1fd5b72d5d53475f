import { OrganisationPath, OrganisationQuotas, QuotaSettings, QuotaUses } from '@meterhouse/contract';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Routes } from '../platform/http/index.ts';
import { type SetQuotasTools, setQuotas, showQuotas } from './set-quotas.ts';

const tags = ['quotas'];
const ofOrganisation = '/api/v1/organisations/:organisationId/quotas';

/** What an organisation may use and uses (2-wire-api, Everywhere). */
export function quotaRoutes(
  options: SetQuotasTools & { readonly database: Database; readonly makeChange: MakeChange },
): Routes {
  const { database, quotas, makeChange } = options;
  return (app) => {
    app.get(
      '/api/v1/quotas',
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listQuotas',
          summary: 'What your organisation may use, and has used',
          tags,
          response: { 200: QuotaUses },
        },
      },
      async (request) => ({ items: await quotas.uses(database, request.caller.organisationId) }),
    );

    app.get(
      ofOrganisation,
      {
        config: { access: 'operator', refuses: ['organisation-unknown'] },
        schema: {
          operationId: 'getOrganisationQuotas',
          summary: 'What is set for an organisation',
          description: 'A quota that is null is what the service is set to; `items` says what holds.',
          tags,
          params: OrganisationPath,
          response: { 200: OrganisationQuotas },
        },
      },
      (request) => showQuotas(database, quotas, request.params.organisationId.toLowerCase()),
    );

    app.put(
      ofOrganisation,
      {
        config: { access: 'operator', refuses: ['organisation-unknown'] },
        schema: {
          operationId: 'setOrganisationQuotas',
          summary: 'Set the quotas of an organisation',
          description:
            'All of them: one that is left out, or null, is what the service is set to. A limit below what is used refuses what comes next and takes nothing away.',
          tags,
          params: OrganisationPath,
          body: QuotaSettings,
          response: { 200: OrganisationQuotas },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const id = request.params.organisationId.toLowerCase();
          return { body: await setQuotas(transaction, options, author, id, request.body) };
        }),
    );
  };
}

import { MonthItem, MonthOnlyPath, MonthPage, MonthQuery, Problem } from '@meterhouse/contract';
import type { Database } from '../../platform/database/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import { findMonth, listMonths } from './list-months.ts';

const path = '/api/v1/months';
const tags = ['months'];

/** The months of an organisation in the management API (2-wire-api, F). */
export function monthRoutes({ database, clock }: { database: Database; clock: () => Date }): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listMonths',
          summary: 'The months that packages have come for',
          description:
            'Hours are product-hours, added up over the meters: the same figures as their coverage, and an hour that two meters cover is in both.',
          tags,
          querystring: MonthQuery,
          response: { 200: MonthPage },
        },
      },
      (request) => listMonths(database, request.caller.organisationId, request.query, clock()),
    );

    app.get(
      `${path}/:month`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getMonth',
          summary: 'One month',
          tags,
          params: MonthOnlyPath,
          response: { 200: MonthItem },
        },
      },
      async (request) => {
        const { organisationId } = request.caller;
        const month = await findMonth(database, organisationId, request.params.month, clock());
        if (month === undefined)
          throw new Problem('not-found', {
            detail: 'No package of this month has come to your organisation.',
          });
        return month;
      },
    );
  };
}

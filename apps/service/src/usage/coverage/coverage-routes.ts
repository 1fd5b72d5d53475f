import { Coverage, CoveragePath, Problem } from '@meterhouse/contract';
import { parseMonth } from '@meterhouse/metering';
import type { Database } from '../../platform/database/index.ts';
import type { Routes } from '../../platform/http/index.ts';
import { findMeter } from '../../registry/index.ts';
import { coverageOfMonth } from './coverage-of-month.ts';
import { runsOfProduct } from './hours-of-product.ts';
import { overlapsOfMonth } from './overlapping-slices.ts';

/** What a meter covered of a month, by product and hour (2-wire-api, E). */
export function coverageRoutes({ database, clock }: { database: Database; clock: () => Date }): Routes {
  return (app) => {
    app.get(
      '/usage/api/v1/agents/:agentId/coverage/:year/:month',
      {
        config: { access: 'meter-view' },
        schema: {
          operationId: 'getCoverage',
          summary: 'Which hours of a month a meter covered',
          description:
            'Hours are told in runs of equal state. Seconds are those of the published rule: expected, covered, missing.',
          tags: ['uploads'],
          params: CoveragePath,
          response: { 200: Coverage },
        },
      },
      async (request) => {
        const { agentId, year, month: number } = request.params;
        const { organisationId } = request.caller;
        const meter = await findMeter(database, organisationId, agentId.toLowerCase());
        if (!meter)
          throw new Problem('not-found', { detail: 'Your organisation has no meter with this agentId.' });
        const month = `${year}-${number.padStart(2, '0')}`;
        // No calendar of the database has a year 0.
        if (year === '0000') return { agentId: meter.agentId, month, products: [] };
        const now = clock();
        const [products, overlaps] = await Promise.all([
          coverageOfMonth(database, meter.id, month, now),
          overlapsOfMonth(database, { organisationId, month, meterId: meter.id }),
        ]);
        const bounds = parseMonth(month);
        return {
          agentId: meter.agentId,
          month,
          products: products.map((product) => {
            const lost = overlaps.filter(
              (one) => one.product === product.product && one.losers.includes(meter.id),
            );
            return {
              product: product.product,
              type: product.type,
              version: product.version,
              expectedSeconds: product.expected,
              coveredSeconds: product.covered,
              missingSeconds: product.missing,
              hours: runsOfProduct(product, bounds, new Set(lost.map(({ hour }) => hour)), now).map(
                (run) => ({ ...run }),
              ),
            };
          }),
        };
      },
    );
  };
}

import { createHash } from 'node:crypto';
import { AgentPath, MeterCustomerRules, Problem } from '@meterhouse/contract';
import Type from 'typebox';
import type { Database } from '../platform/database/index.ts';
import { hasAlready, type Routes } from '../platform/http/index.ts';
import { findMeter } from '../registry/index.ts';
import { rulesForMeters } from './list-rules.ts';

/** The rules as a meter fetches them before it collects; unchanged ones cost it a 304. */
export function meterRulesRoutes({ database }: { database: Database }): Routes {
  return (app) => {
    app.get(
      '/usage/api/v1/agents/:agentId/customer-rules',
      {
        config: {
          access: 'meter-view',
          answerHeaders: { ETag: 'Names these rules; send it back as `If-None-Match`.' },
        },
        schema: {
          operationId: 'getMeterCustomerRules',
          summary: 'The customer rules that a meter applies',
          description:
            'All rules of the organisation. `ETag` names what they say; with it in `If-None-Match` the answer is 304 while they say the same.',
          tags: ['customers'],
          params: AgentPath,
          response: { 200: MeterCustomerRules, 304: Type.Null() },
        },
      },
      async (request, reply) => {
        const { organisationId } = request.caller;
        const meter = await findMeter(database, organisationId, request.params.agentId.toLowerCase());
        if (meter === undefined)
          throw new Problem('not-found', { detail: 'Your organisation has no meter with this agentId.' });
        const rules = await rulesForMeters(database, organisationId);
        const etag = `"${createHash('sha256').update(JSON.stringify(rules)).digest('base64url')}"`;
        reply.headers({ etag, 'cache-control': 'private, no-cache' });
        if (hasAlready(request.headers['if-none-match'], etag)) return reply.code(304).send(null);
        return reply.code(200).send({ rules });
      },
    );
  };
}

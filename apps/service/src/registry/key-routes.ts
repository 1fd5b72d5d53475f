import { AgentPath, KeyCompromise, MeterKeyItem, MeterKeyList, MeterKeyPath } from '@meterhouse/contract';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/types.ts';
import type { Logger, Routes } from '../platform/http/index.ts';
import type { CompromiseKey } from './compromise-key.ts';
import { listKeys } from './list-keys.ts';
import { findMeter } from './meter.ts';
import { unknownMeter } from './unknown-meter.ts';

const path = '/api/v1/meters/:agentId/keys';
const tags = ['meters'];

/** The keys of a meter in the management API (2-wire-api, F). */
export function keyRoutes({
  database,
  makeChange,
  compromiseKey,
  logger,
}: {
  database: Database;
  makeChange: MakeChange;
  compromiseKey: CompromiseKey;
  logger: Logger;
}): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listMeterKeys',
          summary: 'The keys that a meter signs and signed with',
          tags,
          params: AgentPath,
          response: { 200: MeterKeyList },
        },
      },
      async (request) => {
        const { agentId } = request.params;
        const meter = await findMeter(database, request.caller.organisationId, agentId);
        if (meter === undefined) throw unknownMeter();
        return { items: await listKeys(database, meter.id) };
      },
    );

    app.post(
      `${path}/:kid/compromise`,
      {
        config: { access: 'administrator' },
        schema: {
          operationId: 'compromiseMeterKey',
          summary: 'Report a key as in wrong hands',
          description:
            'Nothing signed with it is taken from now on, and it signs in no more: make an activation token and activate the meter again. Packages that were taken before stay and are listed with `keyCompromisedAt`; correct those that you do not trust. It cannot be taken back.',
          tags,
          params: MeterKeyPath,
          body: KeyCompromise,
          response: { 200: MeterKeyItem },
        },
      },
      async (request, reply) => {
        const { agentId, kid } = request.params;
        await makeChange(request, reply, async (transaction, author) => ({
          body: await compromiseKey(transaction, author, { agentId, kid, ...request.body }),
        }));
        logger.warn(
          { agentId, kid, requestId: request.id },
          'a key of a meter is reported as in wrong hands',
        );
      },
    );
  };
}

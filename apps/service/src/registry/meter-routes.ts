import {
  AgentPath,
  MeterChange,
  MeterDetail,
  MeterPage,
  MeterPageQuery,
  SequenceBody,
  SequenceQuery,
} from '@meterhouse/contract';
import type { MakeChange } from '../platform/changes/index.ts';
import type { Database } from '../platform/database/types.ts';
import type { Routes } from '../platform/http/index.ts';
import type { ChangeMeter } from './change-meter.ts';
import type { SetDeleted } from './delete-meter.ts';
import { listMeters, type ShowMeter } from './describe-meters.ts';
import { unknownMeter } from './unknown-meter.ts';

const path = '/api/v1/meters';
const tags = ['meters'];

/** Meters in the management API (2-wire-api, F). */
export function meterRoutes({
  database,
  makeChange,
  showMeter,
  changeMeter,
  setDeleted,
}: {
  database: Database;
  makeChange: MakeChange;
  showMeter: ShowMeter;
  changeMeter: ChangeMeter;
  setDeleted: SetDeleted;
}): Routes {
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listMeters',
          summary: 'The meters',
          description: 'Deleted ones are in it only where the filter says so: `filter=deleted==true`.',
          tags,
          querystring: MeterPageQuery,
          response: { 200: MeterPage },
        },
      },
      async (request) => listMeters(database, request.caller.organisationId, request.query),
    );

    app.get(
      `${path}/:agentId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getMeter',
          summary: 'One meter, deleted or not',
          tags,
          params: AgentPath,
          response: { 200: MeterDetail },
        },
      },
      async (request) => {
        const meter = await showMeter(database, request.caller.organisationId, request.params.agentId);
        if (meter === undefined) throw unknownMeter();
        return meter;
      },
    );

    app.patch(
      `${path}/:agentId`,
      {
        config: { access: 'reporter', refuses: ['contract-in-use', 'meter-deleted', 'mode-change-refused'] },
        schema: {
          operationId: 'changeMeter',
          summary: 'Rename a meter, or bill it under something else',
          description:
            'What is left out stays as it is; null takes it off its contract or its site. Contract, site and mode count from the next full hour. What a registration refuses is refused here: PRODUCTION to TEST, another contract while the old one has a month to submit.',
          tags,
          params: AgentPath,
          body: MeterChange,
          response: { 200: MeterDetail },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await changeMeter(transaction, author, request.params.agentId, request.body),
        })),
    );

    app.delete(
      `${path}/:agentId`,
      {
        config: { refuses: ['meter-deleted'], access: 'administrator' },
        schema: {
          operationId: 'deleteMeter',
          summary: 'Delete a meter',
          description: 'Uploads stop with 409; hours already taken still bill, and report refs still work.',
          tags,
          params: AgentPath,
          querystring: SequenceQuery,
          response: { 200: MeterDetail },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await setDeleted(transaction, author, request.params.agentId, {
            deleted: true,
            sequence: Number(request.query.sequence),
          }),
        })),
    );

    app.post(
      `${path}/:agentId/undelete`,
      {
        config: { refuses: ['meter-not-deleted', 'quota-exceeded'], access: 'administrator' },
        schema: {
          operationId: 'undeleteMeter',
          summary: 'Bring a deleted meter back',
          tags,
          params: AgentPath,
          body: SequenceBody,
          response: { 200: MeterDetail },
        },
      },
      async (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await setDeleted(transaction, author, request.params.agentId, {
            deleted: false,
            sequence: request.body.sequence,
          }),
        })),
    );
  };
}

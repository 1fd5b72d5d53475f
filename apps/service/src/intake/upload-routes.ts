import type { Readable } from 'node:stream';
import {
  AgentPath,
  PACKAGE_TYPES,
  Problem,
  UploadAnswer,
  UploadDetail,
  UploadPage,
  UploadPageQuery,
  UploadPath,
  UploadQuery,
} from '@meterhouse/contract';
import type { Faults } from '@meterhouse/metering';
import type { FastifyRequest } from 'fastify';
import type { Routes } from '../platform/http/index.ts';
import { findMeter, type Meter } from '../registry/index.ts';
import { uploadAnswer, uploadDetail, uploadSummary } from './answers.ts';
import { packageRefused } from './package-refused.ts';
import { findMeterUpload, listUploads, missingNumbers } from './records/list-uploads.ts';
import { type TakeTools, takeUpload } from './take-upload.ts';
import { unknownMeter } from './unknown-meter.ts';

const base = '/usage/api/v1/agents/:agentId/uploads';
const tags = ['uploads'];

/** Packages in, and what became of them (2-wire-api, E). */
export function uploadRoutes(tools: TakeTools): Routes {
  const { database, config } = tools;
  const meterOf = async (request: FastifyRequest, agentId: string): Promise<Meter> => {
    const meter = await findMeter(database, request.caller.organisationId, agentId.toLowerCase());
    if (!meter) throw unknownMeter();
    return meter;
  };
  return (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      [...PACKAGE_TYPES],
      (_request: unknown, payload: unknown, done: (error: null, body: unknown) => void) =>
        done(null, payload),
    );

    app.post(
      base,
      {
        // Fastify's own limit knows nothing of streams; ours counts what comes.
        bodyLimit: config.maxPackageSize,
        config: {
          refuses: [
            'archive-conflict',
            'chain-fork',
            'correction-conflict',
            'engine-busy',
            'hour-in-future',
            'meter-deleted',
            'package-refused',
            'quota-exceeded',
          ],
          access: 'meter',
          body: 'stream',
          bodyTime: { idleSeconds: config.uploadIdleTimeout, totalSeconds: config.uploadTimeout },
        },
        schema: {
          operationId: 'sendUpload',
          summary: 'Send a usage package',
          description: `The body is the package as it was signed, sent as ${PACKAGE_TYPES.join(', ')}.`,
          tags,
          consumes: [...PACKAGE_TYPES],
          params: AgentPath,
          querystring: UploadQuery,
          response: { 200: UploadAnswer, 202: UploadAnswer },
        },
      },
      async (request, reply) => {
        const body = request.body as Readable | undefined;
        if (!body)
          throw new Problem('unsupported-media-type', { detail: `Send the package as ${PACKAGE_TYPES[0]}.` });
        const length = request.headers['content-length'];
        const { upload, fresh } = await takeUpload(tools, {
          caller: request.caller,
          agentId: request.params.agentId.toLowerCase(),
          requestId: request.id,
          body,
          contentLength: length === undefined ? undefined : Number(length),
          correction: request.query.correction,
        });
        if (upload.state === 'refused') throw packageRefused(faultsOf(upload.refusal), upload.id);
        return reply.code(fresh ? 202 : 200).send(uploadAnswer(upload));
      },
    );

    app.get(
      base,
      {
        config: { access: 'meter-view' },
        schema: {
          operationId: 'listUploads',
          summary: 'The uploads of a meter',
          tags,
          params: AgentPath,
          querystring: UploadPageQuery,
          response: { 200: UploadPage },
        },
      },
      async (request) => {
        const meter = await meterOf(request, request.params.agentId);
        const limit = Number(request.query.limit ?? '50');
        const { organisationId } = request.caller;
        const { cursor } = request.query;
        const uploads = await listUploads(database, {
          organisationId,
          meterId: meter.id,
          cursor,
          limit: limit + 1,
        });
        const items = uploads.slice(0, limit);
        return {
          items: items.map(uploadSummary),
          ...(uploads.length > limit ? { nextCursor: items.at(-1)!.receiptOrder } : {}),
          missing: await missingNumbers(database, meter.id),
        };
      },
    );

    app.get(
      `${base}/:uploadId`,
      {
        config: { access: 'meter-view' },
        schema: {
          operationId: 'getUpload',
          summary: 'One upload, with the outcome of each slice or every fault',
          tags,
          params: UploadPath,
          response: { 200: UploadDetail },
        },
      },
      async (request) => {
        const meter = await meterOf(request, request.params.agentId);
        const { organisationId } = request.caller;
        const uploadId = request.params.uploadId.toLowerCase();
        const upload = await findMeterUpload(database, { organisationId, meterId: meter.id, uploadId });
        if (!upload) throw new Problem('not-found', { detail: 'The meter has no such upload.' });
        return uploadDetail(upload);
      },
    );
  };
}

function faultsOf(refusal: { total: number; faults: readonly unknown[] } | null): Faults {
  return { total: refusal?.total ?? 0, list: (refusal?.faults ?? []) as Faults['list'] };
}

import {
  DownloadQuery,
  MeterMonthPath,
  MeterReports,
  MonthPath,
  MonthReports,
  Problem,
  SUPERSEDED_DAYS,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Archive } from '../platform/archive/types.ts';
import type { Database } from '../platform/database/types.ts';
import { hasAlready, rangeHolds } from '../platform/http/index.ts';
import type { Routes } from '../platform/http/types.ts';
import { byteRange } from './delivery/byte-range.ts';
import { findReport, type StoredReport } from './delivery/find-report.ts';
import { isRenewing } from './delivery/is-renewing.ts';
import { listMeterMonth } from './delivery/list-meter-month.ts';
import { listMonth } from './delivery/list-month.ts';
import { negotiate } from './delivery/negotiate.ts';
import { readPart } from './delivery/read-part.ts';
import { MEDIA_TYPES, reprDigest, sentAs } from './delivery/sent-as.ts';
import { monthOfPath } from './month-of-path.ts';
import type { Renditions } from './renditions/renditions.ts';

const base = '/usage/api/v1';
const tags = ['reports'];
/** On a listing: `pending` while usage has come that the listed reports do not say yet, else `current`. */
const renewalHeader = 'meterhouse-renewal';
const renewalHeaders = {
  'Meterhouse-Renewal': '`pending` while usage has come that these reports do not say yet, else `current`.',
};
const renewalTold =
  'The header `Meterhouse-Renewal` says `pending` while usage has come that the listed reports do not say yet.';

export interface ReportsRoutesOptions {
  readonly database: Database;
  readonly archive: Archive;
  readonly renditions: Renditions;
  readonly clock: () => Date;
}

/** The reports as providers' scripts fetch them (2-wire-api, C). Every statement takes the caller's organisation. */
export function reportsRoutes({ database, archive, renditions, clock }: ReportsRoutesOptions): Routes {
  async function reportOf(organisationId: string, ref: string): Promise<StoredReport> {
    const report = await findReport(database, organisationId, ref);
    if (report === undefined)
      throw new Problem('not-found', { detail: 'No report of this organisation has this ref.' });
    if (isGone(report, clock()))
      throw new Problem('report-gone', {
        detail: `A newer report took its place more than ${SUPERSEDED_DAYS} days ago; list the month to get the current ref.`,
      });
    return report;
  }

  return (app) => {
    app.get(
      `${base}/reports/:year/:month`,
      {
        config: { answerHeaders: renewalHeaders, access: 'reader' },
        schema: {
          operationId: 'listMonthReports',
          summary: "A month's reports of all meters",
          description:
            'An object keyed by agentId; a month without data, and a month to come, is an empty one.\n\nDeleted meters are not in it.\n\n' +
            renewalTold,
          tags,
          params: MonthPath,
          response: { 200: MonthReports },
        },
      },
      async (request, reply) => {
        const month = monthOfPath(request.params);
        if (month === undefined) return {};
        const { organisationId } = request.caller;
        // Asked first: what is renewed in between is listed new and told as pending, never the other way round.
        reply.header(
          renewalHeader,
          (await isRenewing(database, organisationId, month)) ? 'pending' : 'current',
        );
        return listMonth(database, organisationId, month);
      },
    );

    app.get(
      `${base}/reports/:year/:month/:agentId`,
      {
        config: { answerHeaders: renewalHeaders, access: 'reader' },
        schema: {
          operationId: 'listMeterReports',
          summary: "A month's reports of one meter",
          description: `A month without data, and a month to come, is an empty array.\n\n${renewalTold}`,
          tags,
          params: MeterMonthPath,
          response: { 200: MeterReports },
        },
      },
      async (request, reply) => {
        const { organisationId } = request.caller;
        // A year that no calendar has still must not tell an unknown meter from a known one.
        const month = monthOfPath(request.params) ?? '0001-01';
        const agentId = request.params.agentId.toLowerCase();
        const renewing = await isRenewing(database, organisationId, month, agentId);
        const reports = await listMeterMonth(database, organisationId, agentId, month);
        if (reports === undefined) throw new Problem('not-found', { detail: 'No meter here has this UUID.' });
        reply.header(renewalHeader, renewing ? 'pending' : 'current');
        return reports;
      },
    );

    app.route({
      method: ['GET', 'HEAD'],
      url: `${base}/reports`,
      config: {
        answerHeaders: {
          ETag: 'Names these bytes; send it back as `If-None-Match` or `If-Range`.',
          'Content-Disposition': 'A file name that tells what it is.',
          'Accept-Ranges': '`bytes`.',
          'Content-Range': 'Of a 206: which bytes of how many.',
          'Repr-Digest': 'SHA-256 of the whole file (RFC 9530).',
        },
        refuses: [
          'archive-missing',
          'engine-busy',
          'not-acceptable',
          'not-found',
          'quota-exceeded',
          'range-not-satisfiable',
          'report-gone',
        ],
        access: 'reader',
      },
      schema: {
        operationId: 'downloadReport',
        summary: 'Download a report by its ref',
        description: `Send the entry's contentType as Accept, or another of these types: the same figures as CSV, JSON or Parquet, made when they are first asked for and the same bytes from then on; 503 with Retry-After while too many are being made. The gzip is the file: there is never a Content-Encoding. \`Repr-Digest\` (RFC 9530) is the SHA-256 of the whole file. Range, If-Range and If-None-Match work. A provisional report that was superseded ${SUPERSEDED_DAYS} days ago is 410.`,
        tags,
        querystring: DownloadQuery,
        produces: [...MEDIA_TYPES],
        response: { 200: Type.Unknown(), 206: Type.Unknown(), 304: Type.Null() },
      },
      handler: async (request, reply) => {
        const report = await reportOf(request.caller.organisationId, request.query.ref);
        const type = negotiate(request.headers.accept, MEDIA_TYPES);
        const sent = await sentAs(renditions, report, type);
        const etag = `"${sent.tag}"`;
        reply.headers({
          etag,
          // No proxy may pack, unpack or keep it for another caller.
          'cache-control': 'private, no-transform, max-age=3600',
          vary: 'Accept, Authorization, csp-auth-token',
        });
        if (hasAlready(request.headers['if-none-match'], etag)) return reply.code(304).send(null);
        reply.headers({
          'accept-ranges': 'bytes',
          'content-disposition': `attachment; filename="${sent.fileName}"`,
          'repr-digest': reprDigest(sent.sha256),
        });
        reply.type(type);
        const ranged =
          request.method === 'GET' && rangeHolds(ifRange(request.headers['if-range']), etag)
            ? byteRange(request.headers.range, sent.contentLength)
            : undefined;
        if (ranged === undefined) reply.code(200).header('content-length', sent.contentLength);
        else
          reply
            .code(206)
            .header('content-length', ranged.end - ranged.start + 1)
            .header('content-range', `bytes ${ranged.start}-${ranged.end}/${sent.contentLength}`);
        // Bytes, if none: with anything else the framework would name a character set of a type that says JSON.
        if (request.method === 'HEAD') return reply.send(Buffer.alloc(0));
        return reply.send(await readPart(archive, sent, ranged));
      },
    });
  };
}

function ifRange(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** A provisional report outlives its successor by some weeks, so that a script that has listed can still download. */
function isGone({ revision, superseded_at }: StoredReport, now: Date): boolean {
  if (revision !== null || superseded_at === null) return false;
  return now.getTime() - superseded_at.getTime() > SUPERSEDED_DAYS * 86_400_000;
}

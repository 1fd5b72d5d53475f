import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from '@meterhouse/metering/make-folder';
import type { FastifyInstance } from 'fastify';
import type { MeterControl } from './control.ts';
import { ApiError, missingKeys } from './errors.ts';
import { fewAtOnce } from './few-at-once.ts';

/** A report in JSON is in memory as a whole, several times over. */
const MOST_JSON = 16 * 1024 * 1024;
/** One that is sent as it is goes from the wire to the disk and back. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** Types whose answers say what they are; any other comes back as bytes. */
const KNOWN =
  /^(text\/(tsv|csv|plain|tab-separated-values|(tsv|csv)\+gzip)|application\/(gzip|json\+gzip|vnd\.apache\.parquet))$/;

/**
 * Gives reports back with names. Whoever asks for it must be logged in: the answer holds what the provider chose to hide. What
 * is on the disk meanwhile is readable by the owner only, is removed when the answer is out, and at the next start.
 */
export async function deanonymiseRoutes(
  app: FastifyInstance,
  control: MeterControl,
  dir: string,
): Promise<void> {
  const folder = join(dir, 'api-reports.tmp');
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder, 0o700);
  const working = fewAtOnce(2, 4, 'Reports are being given their names at this moment.');

  await app.register(async (scope) => {
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    scope.post<{ Body: unknown }>(
      '/api/v1/deanonymize',
      {
        bodyLimit: MOST_JSON,
        preValidation: async ({ body, headers }) => {
          if (headers['content-type'] === undefined || body === undefined)
            throw new ApiError('GW_BAD_REQ_BODY', 'A report is needed: as {"text": …} in JSON, or as it is.');
        },
      },
      async ({ body, headers }, reply) => {
        const text = isStream(body) ? undefined : textOf(body);
        const [from, to] = [randomUUID(), randomUUID()].map((name) => join(folder, name)) as [string, string];
        try {
          if (isStream(body)) await spool(body, from);
          else await writeFile(from, text!, { mode: 0o600, flag: 'wx' });
          await working(() => control.deanonymise(from, to));
          if (text !== undefined) {
            const answer = await readFile(to, 'utf8');
            await rm(to, { force: true });
            return reply.code(202).send({ text: answer });
          }
          const answer = createReadStream(to);
          answer.once('close', () => void rm(to, { force: true }).catch(() => {}));
          const type = headers['content-type']!.split(';')[0]!.trim().toLowerCase();
          return reply
            .type(KNOWN.test(type) ? type : 'application/octet-stream')
            .header('content-disposition', 'attachment; filename="report-with-names"')
            .send(answer);
        } catch (error) {
          await rm(to, { force: true });
          throw error;
        } finally {
          await rm(from, { force: true });
        }
      },
    );
  });
}

const isStream = (body: unknown): body is Readable => body instanceof Readable;

/** @throws ApiError `GW_REQ_KEY` */
function textOf(body: unknown): string {
  const text = typeof body === 'object' && body !== null && 'text' in body ? body.text : undefined;
  if (text === undefined) throw missingKeys([{ key: 'text' }]);
  if (typeof text !== 'string') throw missingKeys([{ key: 'text', why: 'must be text' }]);
  return text;
}

/** @throws ApiError 413 beyond the bound */
async function spool(body: Readable, path: string): Promise<void> {
  let bytes = 0;
  const bounded = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      if (bytes <= MOST_BYTES) return done(null, piece);
      done(new ApiError('GW_BODY_TOO_LARGE', `A report may have ${MOST_BYTES} bytes at most.`));
    },
  });
  await pipeline(body, bounded, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  if (bytes === 0) throw new ApiError('GW_BAD_REQ_BODY', 'The report is empty.');
}

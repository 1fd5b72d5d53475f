import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { ReportEntry } from '@meterhouse/contract';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import type { Answer, Client } from '../../http/client.ts';
import { announcedDigest } from '../read-report.ts';
import { FORMS, type Form } from './folder-names.ts';

/** A file that came whole and was checked. */
export interface Fetched {
  readonly length: number;
  readonly sha256: string;
}

/**
 * Downloads a report to `path`, synced and checked: by the length and MD5 of the listing; in another form by the digest that
 * the answer names. What an earlier run got of the same report stays, and only the rest is asked for. When the whole then
 * does not fit, as after a power cut, it is fetched once from its beginning.
 * @throws Failure when it is not what was announced; AnswerError when it is refused; what a broken connection throws
 */
export async function fetchReport(
  client: Client,
  entry: ReportEntry,
  as: Form,
  path: string,
): Promise<Fetched> {
  // Other forms are made when they are asked for: their length is not known before.
  if (as !== 'tsv') await rm(path, { force: true });
  const had = await tally(path);
  const announced =
    had.length > 0 && had.length >= entry.contentLength
      ? undefined
      : await receive(await ask(client, entry, as, had.length), path, had);
  const fault = faultOf(had, entry, as, announced);
  if (fault === undefined) return { length: had.length, sha256: had.sha256.copy().digest('hex') };
  await rm(path, { force: true });
  if (had.resumed) return fetchReport(client, entry, as, path);
  throw new Failure(`${entry.reportType} is not what was announced: ${fault}.`, EXIT.checksum, {
    advice: 'Run it again. A proxy that unpacks gzip on the way does this.',
  });
}

interface Tally {
  length: number;
  resumed: boolean;
  md5: ReturnType<typeof createHash>;
  sha256: ReturnType<typeof createHash>;
}

const nothing = (): Tally => ({
  length: 0,
  resumed: false,
  md5: createHash('md5'),
  sha256: createHash('sha256'),
});

function add(sums: Tally, piece: Buffer): void {
  sums.md5.update(piece);
  sums.sha256.update(piece);
  sums.length += piece.length;
}

/** What is there already. */
async function tally(path: string): Promise<Tally> {
  const sums = nothing();
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) add(sums, piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  sums.resumed = sums.length > 0;
  return sums;
}

function ask(client: Client, { ref, checksum }: ReportEntry, as: Form, from: number): Promise<Answer> {
  return client.send('/usage/api/v1/reports', {
    query: { ref },
    headers: {
      accept: FORMS[as].accept,
      // A service that has other bytes by now sends all of them.
      ...(from > 0 && { range: `bytes=${from}-`, 'if-range': `"${checksum}"` }),
    },
  });
}

/** Writes what comes. @returns the SHA-256 that the answer announces for the whole, base64, if it does */
async function receive(answer: Answer, path: string, sums: Tally): Promise<string | undefined> {
  if (answer.status !== 206) Object.assign(sums, nothing());
  const file = await open(path, sums.length === 0 ? 'w' : 'a');
  try {
    for await (const piece of answer.body as AsyncIterable<Buffer>) {
      add(sums, piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return announcedDigest(answer);
}

function faultOf(
  { length, md5, sha256 }: Tally,
  { contentLength, checksum }: ReportEntry,
  as: Form,
  announced: string | undefined,
): string | undefined {
  const got = sha256.copy().digest('base64');
  if (announced !== undefined && announced !== got) return `SHA-256 ${got}, not ${announced}`;
  if (as !== 'tsv') return undefined;
  const sum = md5.copy().digest('hex');
  if (length === contentLength && sum === checksum) return undefined;
  return `${length} bytes with MD5 ${sum}, not ${contentLength} with ${checksum}`;
}

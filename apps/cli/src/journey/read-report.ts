import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';
import type { FoundReport } from './find-reports.ts';
import { FORMS, type Form } from './sync/folder-names.ts';

/** A report as a table: its header line and its rows. */
export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Downloads a report, checks it against its entry, and reads it. @throws Failure when length or checksum differ */
export async function readReport(client: Client, report: FoundReport): Promise<ReportTable> {
  const answer = await openReport(client, report, 'tsv');
  const pieces: Uint8Array[] = [];
  for await (const piece of checked(answer, report, 'tsv')) pieces.push(piece);
  return parseReport(Buffer.concat(pieces));
}

/** Downloads and reads a report of which the ref alone is known; its checksum is the ETag. */
export async function readReportByRef(client: Client, ref: string): Promise<ReportTable> {
  const answer = await client.send('/usage/api/v1/reports', {
    query: { ref },
    headers: { accept: FORMS.tsv.accept },
  });
  const bytes = Buffer.concat(await Array.fromAsync(answer.body!));
  const checksum = createHash('md5').update(bytes).digest('hex');
  const announced = /^"([0-9a-f]{32})"$/.exec(String(answer.headers.get('etag')))?.[1];
  if (announced !== undefined && announced !== checksum) {
    throw new Failure(`The report is not what was announced: its MD5 is ${checksum}.`, EXIT.checksum);
  }
  return parseReport(bytes);
}

/** Reads the bytes of a report, packed or not. @throws what zlib throws at bytes that are no whole gzip file */
export async function parseReport(bytes: Buffer): Promise<ReportTable> {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (packed ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  const [columns = [], ...rows] = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
  return { columns, rows };
}

/**
 * Downloads a report into a folder, under the name that the service gives it, or to the `file` that is named. It appears
 * when it is whole and checked.
 * @returns its path
 */
export async function saveReport(
  client: Client,
  report: FoundReport,
  to: { readonly folder: string } | { readonly file: string },
  as: Form = 'tsv',
): Promise<string> {
  const answer = await openReport(client, report, as);
  const path = 'file' in to ? to.file : join(to.folder, nameOf(answer) ?? ownName(report, as));
  const temporary = `${path}.partial`;
  try {
    const file = await open(temporary, 'w');
    try {
      for await (const piece of checked(answer, report, as)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return path;
}

/** Downloads a report into a stream, such as standard output; what is wrong with it is known at its end. */
export async function streamReport(
  client: Client,
  report: FoundReport,
  as: Form,
  to: Writable,
): Promise<void> {
  await pipeline(checked(await openReport(client, report, as), report, as), to, { end: false });
}

async function openReport(client: Client, { ref }: FoundReport, as: Form): Promise<Response> {
  return client.send('/usage/api/v1/reports', { query: { ref }, headers: { accept: FORMS[as].accept } });
}

/**
 * Passes the bytes on, and fails at their end unless they are the ones that were announced: for the report itself by the
 * listing, for another form of it by the answer.
 */
async function* checked(
  answer: Response,
  report: FoundReport,
  as: Form,
): AsyncGenerator<Uint8Array, void, undefined> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let length = 0;
  for await (const piece of answer.body!) {
    md5.update(piece);
    sha256.update(piece);
    length += piece.length;
    yield piece;
  }
  const [sum, digest] = [md5.digest('hex'), sha256.digest('base64')];
  const announced = announcedDigest(answer);
  const wrong: string[] = [];
  if (announced !== undefined && announced !== digest) wrong.push(`SHA-256 ${digest}, not ${announced}`);
  if (as === 'tsv' && (length !== report.contentLength || sum !== report.checksum)) {
    wrong.push(`${length} bytes with MD5 ${sum}, not ${report.contentLength} with ${report.checksum}`);
  }
  if (wrong.length === 0) return;
  throw new Failure(
    `${report.reportType} of ${report.agentId} is not what was announced: ${wrong.join('; ')}.`,
    EXIT.checksum,
    { advice: 'Download it again. A proxy that unpacks gzip on the way does this.' },
  );
}

/** The SHA-256 of the whole, base64, where the answer tells it (RFC 9530). */
export function announcedDigest({ headers }: Response): string | undefined {
  return /sha-256=:([A-Za-z0-9+/=]+):/.exec(String(headers.get('repr-digest')))?.[1];
}

function ownName({ reportType, agentId }: FoundReport, as: Form): string {
  return `${reportType}_${agentId}${FORMS[as].ending}`;
}

/** The file name of Content-Disposition, without any folder it may name. */
function nameOf({ headers }: Response): string | undefined {
  const name = /filename="([^"]+)"/.exec(String(headers.get('content-disposition')))?.[1];
  const file = name === undefined ? '' : basename(name.replaceAll('\\', '/'));
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file) ? file : undefined;
}

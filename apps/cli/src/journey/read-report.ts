import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Answer, Client } from '../http/client.ts';
import type { FoundReport } from './find-reports.ts';

/** A report as a table: its header line and its rows. */
export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Downloads a report, checks it against its entry, and reads it. @throws Failure when length or checksum differ */
export async function readReport(client: Client, report: FoundReport): Promise<ReportTable> {
  const answer = await openReport(client, report);
  const pieces: Buffer[] = [];
  for await (const piece of checked(answer.body, report)) pieces.push(piece);
  const text = (await promisify(gunzip)(Buffer.concat(pieces))).toString('utf8');
  const [columns = [], ...rows] = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
  return { columns, rows };
}

/**
 * Downloads a report into a folder, under the name that the service gives it. The file appears when it is whole and checked.
 * @returns its path
 */
export async function saveReport(client: Client, report: FoundReport, folder: string): Promise<string> {
  const answer = await openReport(client, report);
  const path = join(folder, nameOf(answer) ?? `${report.reportType}_${report.agentId}.tsv.gz`);
  const temporary = `${path}.partial`;
  try {
    const file = await open(temporary, 'w');
    try {
      for await (const piece of checked(answer.body, report)) await file.writeFile(piece);
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

async function openReport(client: Client, { ref, contentType }: FoundReport): Promise<Answer> {
  return client.send('/usage/api/v1/reports', { query: { ref }, headers: { accept: contentType } });
}

/** Passes the bytes on, and fails at their end unless they are the ones that the listing announced. */
async function* checked(body: Readable, report: FoundReport): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('md5');
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    hash.update(piece);
    length += piece.length;
    yield piece;
  }
  const checksum = hash.digest('hex');
  if (length === report.contentLength && checksum === report.checksum) return;
  throw new Failure(
    `${report.reportType} of ${report.agentId} is not what was announced: ${length} bytes with MD5 ${checksum}, not ${report.contentLength} with ${report.checksum}.`,
    EXIT.checksum,
    { advice: 'Download it again. A proxy that unpacks gzip on the way does this.' },
  );
}

/** The file name of Content-Disposition, without any folder it may name. */
function nameOf({ headers }: Answer): string | undefined {
  const name = /filename="([^"]+)"/.exec(String(headers['content-disposition'] ?? ''))?.[1];
  const file = name === undefined ? '' : basename(name.replaceAll('\\', '/'));
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(file) ? file : undefined;
}

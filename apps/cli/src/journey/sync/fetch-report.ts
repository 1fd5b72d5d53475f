import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import type { ReportEntry } from '@meterhouse/contract';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import type { Client } from '../../http/client.ts';
import { announcedDigest } from '../read-report.ts';
import { FORMS, type Form } from './folder-names.ts';

/** A file that came whole and was checked. */
export interface Fetched {
  readonly length: number;
  readonly sha256: string;
}

/** What a whole file is to be, and by which name the service sends the rest of these very bytes. */
interface Announced {
  readonly length?: number;
  readonly md5?: string;
  /** Base64. */
  readonly sha256?: string;
  readonly etag?: string;
}

/**
 * Downloads a report to `path`, synced and checked: by the length and MD5 of the listing; in another form by the digest that
 * the answer names, which is kept beside the part for a later run. What an earlier run got stays, and only the rest is
 * asked for. When the whole then does not fit, as after a power cut, it is fetched once from its beginning.
 * @throws Failure when it is not what was announced; ProblemError when it is refused; what a broken connection throws
 */
export async function fetchReport(
  client: Client,
  entry: ReportEntry,
  as: Form,
  path: string,
): Promise<Fetched> {
  const { contentLength: length, checksum } = entry;
  let told: Announced =
    as === 'tsv' ? { length, md5: checksum, etag: `"${checksum}"` } : await readTold(path);
  // Of a part without a name for its rest nothing can be asked.
  if (told.etag === undefined) await rm(path, { force: true });
  const had = await tally(path);
  if (!isWhole(had, told)) {
    const answer = await ask(client, entry.ref, as, had.length, told.etag);
    told = { ...told, ...digestOf(answer) };
    if (as !== 'tsv' && answer.status !== 206) {
      const etag = answer.headers.get('etag');
      told = { ...digestOf(answer), ...(etag !== null && { etag }) };
      await writeFile(toldPath(path), JSON.stringify(told));
    }
    await receive(answer, path, had);
  }
  const fault = faultOf(had, told);
  if (fault === undefined) {
    await rm(toldPath(path), { force: true });
    return { length: had.length, sha256: had.sha256.copy().digest('hex') };
  }
  await rm(path, { force: true });
  await rm(toldPath(path), { force: true });
  if (had.resumed) return fetchReport(client, entry, as, path);
  throw new Failure(`${entry.reportType} is not what was announced: ${fault}.`, EXIT.checksum, {
    advice: 'Run it again. A proxy that unpacks gzip on the way does this.',
  });
}

const toldPath = (path: string) => `${path}.told`;

async function readTold(path: string): Promise<Announced> {
  try {
    return JSON.parse(await readFile(toldPath(path), 'utf8')) as Announced;
  } catch {
    return {};
  }
}

function digestOf(answer: Response): Announced {
  const sha256 = announcedDigest(answer);
  return sha256 === undefined ? {} : { sha256 };
}

/** Nothing is left to ask for: by its length, or where that is not known by its digest. */
function isWhole({ length, sha256 }: Tally, told: Announced): boolean {
  if (length === 0) return false;
  if (told.length !== undefined) return length >= told.length;
  return told.sha256 === sha256.copy().digest('base64');
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

function add(sums: Tally, piece: Uint8Array): void {
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

function ask(client: Client, ref: string, as: Form, from: number, etag = ''): Promise<Response> {
  return client.send('/usage/api/v1/reports', {
    query: { ref },
    headers: {
      accept: FORMS[as].accept,
      // A service that has other bytes by now sends all of them.
      ...(from > 0 && { range: `bytes=${from}-`, 'if-range': etag }),
    },
  });
}

/** Writes what comes, behind what there is when the answer goes on there. */
async function receive(answer: Response, path: string, sums: Tally): Promise<void> {
  if (answer.status !== 206) Object.assign(sums, nothing());
  const file = await open(path, sums.length === 0 ? 'w' : 'a');
  try {
    for await (const piece of answer.body!) {
      add(sums, piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function faultOf({ length, md5, sha256 }: Tally, told: Announced): string | undefined {
  const digest = sha256.copy().digest('base64');
  if (told.sha256 !== undefined && told.sha256 !== digest) return `SHA-256 ${digest}, not ${told.sha256}`;
  const sum = md5.copy().digest('hex');
  if (told.md5 === undefined || (length === told.length && sum === told.md5)) return undefined;
  return `${length} bytes with MD5 ${sum}, not ${told.length} with ${told.md5}`;
}

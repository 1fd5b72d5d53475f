/**
 * Writes a package. The header names the length and digest of every part, and stands before them: so the parts are packed
 * into temporary files beside the target first, then the header is signed, then all is put together, synced and renamed.
 * What stands under the target's name is therefore always a whole package.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import {
  LIMITS,
  PACKAGE_FORMAT,
  type PackageHeader,
  type PackagePart,
  type PartKind,
  RECORDS,
  type RecordOf,
} from '@meterhouse/contract';
import { packageDigest } from './canonical.ts';
import { FaultLog, PackageError } from './faults.ts';
import { FIELDS } from './fields.ts';
import { headerLine, parseHeader } from './header.ts';
import { type Signer, signHeader } from './signature.ts';

/** NDJSON of whole records, in pieces cut anywhere; each line ends in LF. */
export type RecordText = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export interface PackageContent {
  /** All but what the writer knows itself. */
  readonly header: Omit<PackageHeader, 'format' | 'parts'>;
  readonly signer: Signer;
  /** Taken one kind after the other, vm first; a kind without a line becomes no part. */
  readonly records: { readonly [Kind in PartKind]?: RecordText };
  /** zlib level; 1 unless said: records are so alike that it packs them well at several times the speed of 6. */
  readonly level?: number;
}

export interface WrittenPackage {
  readonly header: PackageHeader;
  readonly digest: string;
  /** Of the file. */
  readonly bytes: number;
}

/** Small pieces are gathered to this, so that the compressor's thread is not woken for each line. */
const PIECE = 262_144;
const PIECES_AHEAD = 4;
const KINDS = Object.keys(RECORDS) as readonly PartKind[];

/** `{"product":`, `,"hour":`, …: what stands before each value. */
const KEYS = Object.freeze({ vm: keys('vm'), host: keys('host'), cluster: keys('cluster') });

function keys(kind: PartKind): readonly (readonly [name: string, text: string])[] {
  return FIELDS[kind].map(({ name }, index) => [name, `${index === 0 ? '{' : ','}"${name}":`]);
}

/** One line, in the contract's field order, with its LF. The caller answers for the record being valid. */
export function recordLine<Kind extends PartKind>(kind: Kind, record: RecordOf[Kind]): string {
  const values = record as unknown as { readonly [field: string]: unknown };
  let line = '';
  for (const [name, text] of KEYS[kind]) {
    const value = values[name];
    line += text + (typeof value === 'number' ? value : JSON.stringify(value));
  }
  return `${line}}\n`;
}

/**
 * Writes a package to `path`. Records are taken as they are; the header is checked.
 * Throws PackageError for a faulty header, and what the file system or the record sources throw; then nothing stands at `path`.
 */
export async function writePackage(path: string, content: PackageContent): Promise<WrittenPackage> {
  const temporary = KINDS.map((kind) => `${path}.${kind}.part`);
  const whole = `${path}.part`;
  try {
    const parts: PackagePart[] = [];
    const files: string[] = [];
    for (const [index, kind] of KINDS.entries()) {
      const records = content.records[kind];
      const file = temporary[index]!;
      const part = records && (await writePart(file, kind, records, content.level ?? 1));
      if (!part) continue;
      parts.push(part);
      files.push(file);
    }
    const header: PackageHeader = { ...content.header, format: PACKAGE_FORMAT, parts };
    const first = gzipSync(await signedLine(header, content.signer), { level: 9 });
    await pipeline(concatenate(first, files), createWriteStream(whole, { flush: true }));
    await rename(whole, path);
    await syncDirectory(dirname(path));
    return {
      header,
      digest: packageDigest(header),
      bytes: parts.reduce((sum, part) => sum + part.bytes, first.length),
    };
  } finally {
    await Promise.all([...temporary, whole].map((file) => rm(file, { force: true })));
  }
}

/** Member 1 as text, checked as a reader would. */
async function signedLine(header: PackageHeader, signer: Signer): Promise<string> {
  const log = new FaultLog();
  const line = headerLine({ package: header, signature: await signHeader(header, signer) });
  if (Buffer.byteLength(line) > LIMITS.headerBytes)
    log.add('header', 'too-large', `is larger than ${LIMITS.headerBytes} bytes`);
  if (parseHeader(line, log) === undefined || log.total > 0) throw new PackageError(log);
  return line;
}

async function writePart(
  file: string,
  kind: PartKind,
  text: RecordText,
  level: number,
): Promise<PackagePart | undefined> {
  const hash = createHash('sha256');
  let records = 0;
  let bytes = 0;
  async function* pieces() {
    for await (const piece of gather(text)) {
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) records++;
      yield piece;
    }
  }
  async function* measured(packed: AsyncIterable<Buffer>) {
    for await (const piece of packed) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  // zlib writes no time stamp and no name, so equal records give equal bytes.
  // The next pieces are made while the compressor's thread packs this one; given one at a time, the two would take turns.
  const ahead = Readable.from(pieces(), { highWaterMark: PIECES_AHEAD });
  await pipeline(ahead, createGzip({ level, chunkSize: PIECE }), measured, createWriteStream(file));
  return records === 0 ? undefined : { kind, records, bytes, sha256: hash.digest('hex') };
}

/** The same bytes in pieces of a good size. */
async function* gather(text: RecordText): AsyncGenerator<Buffer, void, undefined> {
  const gathered = new Gathered();
  // An await for each line would cost more than packing it, so what can be had without waiting is.
  if (Symbol.iterator in text) for (const piece of text) yield* gathered.add(piece);
  else for await (const piece of text) yield* gathered.add(piece);
  yield* gathered.rest();
}

class Gathered {
  #waiting = '';

  add(piece: string | Uint8Array): readonly Buffer[] {
    if (typeof piece !== 'string')
      return [...this.rest(), Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)];
    this.#waiting += piece;
    return this.#waiting.length < PIECE ? NOTHING : this.rest();
  }

  rest(): readonly Buffer[] {
    if (this.#waiting === '') return NOTHING;
    const piece = Buffer.from(this.#waiting, 'utf8');
    this.#waiting = '';
    return [piece];
  }
}

const NOTHING: readonly Buffer[] = [];

async function* concatenate(
  first: Buffer,
  files: readonly string[],
): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  for (const file of files) yield* createReadStream(file, { highWaterMark: PIECE }) as AsyncIterable<Buffer>;
}

/** A rename is kept only when its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

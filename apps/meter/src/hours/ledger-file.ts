/**
 * The ledger's file, `ledger.ndjson`: blocks of lines of JSON, each ended by a line `#` with the CRC-32 of its bytes. The first
 * block is a state; the ones after it are what happened since, in order. A block that a crash tore does not count. A new state
 * replaces the whole file by one rename, so there is never a state without what came after it.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { crashPoint } from './crash-point.ts';
import { syncFolder } from './durable-folder.ts';
import { linePieces } from './line-pieces.ts';

const NAME = 'ledger.ndjson';
const NEXT = 'ledger.ndjson.next';
/** Bytes that are read at a time. */
const PIECE = 262_144;

export class LedgerFile {
  readonly #folder: string;
  #file: FileHandle;
  #bytes: number;
  /** Blocks that share the next write: a burst of readings is one. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  private constructor(folder: string, file: FileHandle, bytes: number) {
    this.#folder = folder;
    this.#file = file;
    this.#bytes = bytes;
  }

  /** @param bytes up to where its blocks are whole; what follows is cut off */
  static async open(folder: string, bytes: number): Promise<LedgerFile> {
    await rm(join(folder, NEXT), { force: true });
    const file = await open(join(folder, NAME), bytes === 0 ? 'w' : 'r+', 0o600);
    await file.truncate(bytes);
    await file.sync();
    await syncFolder(folder);
    return new LedgerFile(folder, file, bytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a block; it counts from the next `sync` on. */
  async append(lines: Iterable<unknown>): Promise<void> {
    let many = false;
    for (const piece of blockPieces(lines)) {
      this.#waiting.push(piece);
      this.#waitingBytes += piece.length;
      // A small block is one piece and its own; those of a large one are written over by the ones that follow.
      if (many || this.#waitingBytes >= PIECE) await this.#write();
      many = true;
    }
  }

  async sync(): Promise<void> {
    await this.#write();
    crashPoint('block-written');
    await this.#file.datasync();
  }

  async #write(): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const [first, ...more] = pieces;
    if (first === undefined) return;
    const bytes = more.length === 0 ? first : Buffer.concat(pieces);
    this.#bytes += await writeAt(this.#file, this.#bytes, bytes);
  }

  /** Replaces everything by one block. */
  async replace(lines: Iterable<unknown>): Promise<void> {
    const path = join(this.#folder, NEXT);
    const next = await open(path, 'w', 0o600);
    try {
      let bytes = 0;
      for (const piece of blockPieces(lines)) bytes += await writeAt(next, bytes, piece);
      crashPoint('state-written');
      await next.sync();
      await rename(path, join(this.#folder, NAME));
      crashPoint('state-renamed');
      await syncFolder(this.#folder);
      const before = this.#file;
      this.#file = next;
      this.#bytes = bytes;
      this.#waiting = [];
      this.#waitingBytes = 0;
      await before.close();
    } catch (error) {
      if (this.#file !== next) {
        await next.close();
        await rm(path, { force: true });
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** A block's bytes: its lines, then the line that ends it. A piece of them is good until the next one is asked for. */
function* blockPieces(lines: Iterable<unknown>): Generator<Buffer, void, undefined> {
  let crc = 0;
  let last: Buffer = Buffer.alloc(0);
  for (const piece of linePieces(jsonLines(lines))) {
    if (last.length > 0) yield last;
    crashPoint('block-begun');
    crc = crc32(piece, crc);
    last = piece;
  }
  yield Buffer.concat([last, Buffer.from(`#${hex(crc)}\n`)]);
}

/** @returns how many bytes were written: all of them. A file system that is nearly full takes a part, and refuses the rest. */
async function writeAt(file: FileHandle, position: number, bytes: Buffer): Promise<number> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  return bytes.length;
}

function* jsonLines(lines: Iterable<unknown>): Generator<string, void, undefined> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/** One block: its lines, parsed, and the place in the file after it. */
export interface Block {
  readonly lines: readonly unknown[];
  readonly end: number;
}

/** The whole blocks of a folder's file, up to the first that is not. None where there is no file. */
export async function* readBlocks(folder: string): AsyncGenerator<Block, void, undefined> {
  const path = join(folder, NAME);
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return;
  let lines: unknown[] = [];
  let crc = 0;
  let at = 0;
  for await (const line of byteLines(createReadStream(path, { highWaterMark: PIECE }))) {
    at += line.length;
    if (line[0] !== HASH) {
      crc = crc32(line, crc);
      const parsed = parse(line);
      if (parsed === undefined) return;
      lines.push(parsed);
      continue;
    }
    if (line.toString('latin1') !== `#${hex(crc)}\n`) return;
    yield { lines, end: at };
    lines = [];
    crc = 0;
  }
}

const HASH = '#'.charCodeAt(0);

/** Lines with their LF; one without is not given. */
async function* byteLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let to = bytes.indexOf(10); to >= 0; to = bytes.indexOf(10, from)) {
      yield bytes.subarray(from, to + 1);
      from = to + 1;
    }
    rest = bytes.subarray(from);
  }
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/** Puts a file aside whose first block cannot be read. @returns its new path; undefined when there was nothing to put aside */
export async function putAside(folder: string, stamp: number): Promise<string | undefined> {
  const path = join(folder, NAME);
  const there = await stat(path).catch(() => undefined);
  if (there === undefined || there.size === 0) return undefined;
  const aside = join(folder, `ledger.damaged-${stamp}.ndjson`);
  await rename(path, aside);
  await syncFolder(folder);
  return aside;
}

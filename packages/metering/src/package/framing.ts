/**
 * How the members of a package lie in its file: member 1 ends where its gzip data end; then each part has the length that
 * the header gives it; then the file ends.
 */
import { createHash } from 'node:crypto';
import { crc32, createInflateRaw, type InflateRaw, inflateRawSync } from 'node:zlib';
import { LIMITS, type PackagePart } from '@meterhouse/contract';
import type { FaultLog } from './faults.ts';
import type { PackageSource } from './source.ts';

/** A gzip header without name, comment or extra field (RFC 1952), and the trailer: CRC-32 and length. */
const GZIP_HEADER = 10;
const GZIP_TRAILER = 8;

/** Member 1: its text's bytes, and how many bytes of the file it takes. */
export interface FirstMember {
  readonly content: Buffer;
  readonly bytes: number;
}

/** Cuts member 1 out of the beginning of a file. Undefined, and told in `log`, when it is none. */
export function firstMember(start: Buffer, log: FaultLog): FirstMember | undefined {
  const refuse = (code: 'bad-gzip' | 'too-large', message: string) => log.add('header', code, message);
  if (start.length < GZIP_HEADER + GZIP_TRAILER || !isPlainHeader(start)) {
    refuse('bad-gzip', 'does not start with a plain gzip member');
    return undefined;
  }
  let content: Buffer;
  let taken: number;
  try {
    // With `info` the answer tells how much was consumed; the typings know only the plain form.
    const { buffer, engine } = inflateRawSync(start.subarray(GZIP_HEADER), {
      info: true,
      maxOutputLength: LIMITS.headerBytes,
    }) as unknown as { buffer: Buffer; engine: InflateRaw };
    content = buffer;
    taken = GZIP_HEADER + engine.bytesWritten;
  } catch (error) {
    const large = error instanceof RangeError;
    if (large) refuse('too-large', `member 1 is larger than ${LIMITS.headerBytes} bytes unpacked`);
    else refuse('bad-gzip', 'member 1 is broken or does not end');
    return undefined;
  }
  const whole = start.length >= taken + GZIP_TRAILER;
  if (
    !whole ||
    start.readUInt32LE(taken) !== crc32(content) ||
    start.readUInt32LE(taken + 4) !== content.length
  ) {
    refuse('bad-gzip', 'member 1 does not match its own checksum');
    return undefined;
  }
  return { content, bytes: taken + GZIP_TRAILER };
}

/** Deflate, and no flag set. */
function isPlainHeader(start: Buffer): boolean {
  return start.length >= GZIP_HEADER && start.readUInt32BE(0) === 0x1f8b0800;
}

/** What unpacking may still put out, over all parts of a package: the guard against bombs. */
export interface Budget {
  left: number;
}

/**
 * Unpacks one part, which is one plain gzip member: zlib by itself would go on with a second one. All its bytes are taken
 * from the source and hashed even when its gzip is broken, so that the parts after it are still found and their faults told
 * too. Throws only what the source throws.
 */
export async function* unpackPart(
  source: PackageSource,
  part: PackagePart,
  budget: Budget,
  log: FaultLog,
): AsyncGenerator<Buffer, void, undefined> {
  const inflate = createInflateRaw({ chunkSize: 262_144 });
  const feeding = feed(source, part.bytes, inflate);
  // Awaited below; a source that breaks must wake the reader of the text first.
  feeding.catch(() => inflate.destroy());
  let checksum = 0;
  let unpacked = 0;
  let broken: string | undefined;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      budget.left -= piece.length;
      if (budget.left < 0) break;
      checksum = crc32(piece, checksum);
      unpacked += piece.length;
      yield piece;
    }
  } catch (error) {
    broken = error instanceof Error ? error.message : 'is not gzip';
  } finally {
    inflate.destroy();
  }
  const { taken, sha256, header, trailer } = await feeding;
  if (budget.left < 0) log.add(part.kind, 'too-large', 'the package unpacks to more than the limit');
  else if (!isPlainHeader(header)) log.add(part.kind, 'bad-gzip', 'does not start with a plain gzip member');
  else if (broken !== undefined) log.add(part.kind, 'bad-gzip', broken);
  else if (GZIP_HEADER + inflate.bytesWritten + GZIP_TRAILER < taken)
    log.add(part.kind, 'bad-gzip', 'bytes follow the end of the gzip member');
  else if (
    trailer.length < GZIP_TRAILER ||
    trailer.readUInt32LE(0) !== checksum ||
    trailer.readUInt32LE(4) !== unpacked % 2 ** 32
  )
    log.add(part.kind, 'bad-gzip', 'does not match its own checksum');
  if (taken !== part.bytes)
    log.add(part.kind, 'length-mismatch', `${part.bytes} bytes are announced, ${taken} are there`);
  else if (sha256 !== part.sha256)
    log.add(part.kind, 'digest-mismatch', 'the bytes do not have the SHA-256 that the header names');
}

interface Fed {
  /** Bytes that there were. */
  readonly taken: number;
  readonly sha256: string;
  /** The first bytes and the last, as far as they were there. */
  readonly header: Buffer;
  readonly trailer: Buffer;
}

/** Takes `length` bytes to the end, whatever becomes of `inflate`, which is given what follows a gzip header. */
async function feed(source: PackageSource, length: number, inflate: InflateRaw): Promise<Fed> {
  const hash = createHash('sha256');
  let taken = 0;
  let header: Buffer = Buffer.alloc(0);
  let trailer: Buffer = Buffer.alloc(0);
  let ended = false;
  const end = () => {
    ended = true;
  };
  inflate.once('end', end).once('close', end);
  for await (const piece of source.take(length)) {
    hash.update(piece);
    taken += piece.length;
    trailer = Buffer.concat([trailer, piece.subarray(-GZIP_TRAILER)]).subarray(-GZIP_TRAILER);
    const missing = GZIP_HEADER - header.length;
    if (missing > 0) {
      header = Buffer.concat([header, piece.subarray(0, missing)]);
      // What is no gzip must not be taken for lines.
      if (header.length === GZIP_HEADER && !isPlainHeader(header)) inflate.destroy();
    }
    const data = missing > 0 ? piece.subarray(missing) : piece;
    if (data.length > 0 && !ended && !inflate.destroyed && !inflate.write(data)) await roomOrEnd(inflate);
  }
  if (!ended && !inflate.destroyed) inflate.end();
  return { taken, sha256: hash.digest('hex'), header, trailer };
}

/** zlib never asks for more once its data have ended, so waiting for room alone could wait for ever. */
function roomOrEnd(inflate: InflateRaw): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'end', 'close'];
    const wake = () => {
      for (const event of events) inflate.off(event, wake);
      resolve();
    };
    for (const event of events) inflate.on(event, wake);
  });
}

/**
 * How the members of a package lie in its file: member 1 ends where its gzip data end; then each part has the length that
 * the header gives it; then the file ends.
 */
import { createHash } from 'node:crypto';
import { crc32, createGunzip, type Gunzip, type InflateRaw, inflateRawSync } from 'node:zlib';
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
  if (start.length < GZIP_HEADER + GZIP_TRAILER || start.readUIntBE(0, 3) !== 0x1f8b08 || start[3] !== 0) {
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

/** What unpacking may still put out, over all parts of a package: the guard against bombs. */
export interface Budget {
  left: number;
}

/**
 * Unpacks one part. All its bytes are taken from the source and hashed even when its gzip is broken, so that the parts after
 * it are still found and their faults told too. Throws only what the source throws.
 */
export async function* unpackPart(
  source: PackageSource,
  part: PackagePart,
  budget: Budget,
  log: FaultLog,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: 262_144 });
  const feeding = feed(source, part.bytes, gunzip);
  // Awaited below; a source that breaks must wake the reader of the gzip's output first.
  feeding.catch(() => gunzip.destroy());
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      budget.left -= piece.length;
      if (budget.left < 0) break;
      yield piece;
    }
  } catch (error) {
    log.add(part.kind, 'bad-gzip', error instanceof Error ? error.message : 'is not gzip');
  } finally {
    gunzip.destroy();
  }
  const { taken, sha256 } = await feeding;
  if (budget.left < 0) log.add(part.kind, 'too-large', 'the package unpacks to more than the limit');
  else if (gunzip.errored === null && gunzip.bytesWritten !== taken)
    log.add(part.kind, 'bad-gzip', 'bytes follow the end of the gzip member');
  if (taken !== part.bytes)
    log.add(part.kind, 'length-mismatch', `${part.bytes} bytes are announced, ${taken} are there`);
  else if (sha256 !== part.sha256)
    log.add(part.kind, 'digest-mismatch', 'the bytes do not have the SHA-256 that the header names');
}

/** Takes `length` bytes to the end, whatever becomes of `gunzip`; tells how many there were, and their digest. */
async function feed(
  source: PackageSource,
  length: number,
  gunzip: Gunzip,
): Promise<{ taken: number; sha256: string }> {
  const hash = createHash('sha256');
  let taken = 0;
  let ended = false;
  const end = () => {
    ended = true;
  };
  gunzip.once('end', end).once('close', end);
  for await (const piece of source.take(length)) {
    hash.update(piece);
    taken += piece.length;
    if (!ended && !gunzip.destroyed && !gunzip.write(piece)) await roomOrEnd(gunzip);
  }
  if (!ended && !gunzip.destroyed) gunzip.end();
  return { taken, sha256: hash.digest('hex') };
}

/** zlib never asks for more once its member has ended, so waiting for room alone could wait for ever. */
function roomOrEnd(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'end', 'close'];
    const wake = () => {
      for (const event of events) gunzip.off(event, wake);
      resolve();
    };
    for (const event of events) gunzip.on(event, wake);
  });
}

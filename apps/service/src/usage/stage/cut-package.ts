import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LIMITS, type PackageHeader } from '@meterhouse/contract';
import { FaultLog, firstMember, PackageError, parseHeader } from '@meterhouse/metering';
import type { StagedPart } from './stage.ts';

/** Where a part of an upload is kept for the engine while it is staged. */
export function partPath(folder: string, tag: string, kind: string): string {
  return join(folder, `${tag}.${kind}.gz`);
}

export async function removeParts(parts: readonly { readonly path: string }[]): Promise<void> {
  await Promise.all(parts.map(({ path }) => rm(path, { force: true })));
}

/**
 * Cuts the parts of a package that was accepted before out of its file. What the header says of their lengths and digests is
 * held against the bytes again, since an archive can rot.
 *
 * @throws PackageError when the file is not what was accepted
 */
export async function cutPackage(
  file: string,
  folder: string,
  tag: string,
): Promise<{ header: PackageHeader; parts: StagedPart[] }> {
  const log = new FaultLog();
  const { header, bytes } = await readHeader(file, log);
  const parts: StagedPart[] = [];
  let start = bytes;
  try {
    for (const part of header.parts) {
      const path = partPath(folder, tag, part.kind);
      parts.push({ kind: part.kind, path, records: part.records, unpackedBytes: 0 });
      const hash = createHash('sha256');
      let tail: Buffer = Buffer.alloc(0);
      await pipeline(
        createReadStream(file, { start, end: start + part.bytes - 1, highWaterMark: 1 << 20 }),
        async function* (pieces: AsyncIterable<Buffer>) {
          for await (const piece of pieces) {
            hash.update(piece);
            tail = Buffer.concat([tail, piece]).subarray(-4);
            yield piece;
          }
        },
        createWriteStream(path),
      );
      if (hash.digest('hex') !== part.sha256)
        log.add(part.kind, 'digest-mismatch', 'the file has changed since');
      else parts[parts.length - 1] = { ...parts.at(-1)!, unpackedBytes: tail.readUInt32LE(0) };
      start += part.bytes;
    }
    if (log.total > 0) throw new PackageError(log);
    return { header, parts };
  } catch (error) {
    await removeParts(parts);
    throw error;
  }
}

async function readHeader(file: string, log: FaultLog): Promise<{ header: PackageHeader; bytes: number }> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(LIMITS.headerCompressedBytes);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const member = firstMember(buffer.subarray(0, bytesRead), log);
    const signed = member && parseHeader(member.content.toString('utf8'), log);
    if (!member || !signed) throw new PackageError(log);
    return { header: signed.package, bytes: member.bytes };
  } finally {
    await handle.close();
  }
}

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { MeasuredFile } from '../platform/archive/index.ts';

/** Packs what comes into a new file, 0600 and synced, and measures what is on the disk. */
export async function writePacked(
  path: string,
  content: Readable | AsyncIterable<string>,
): Promise<MeasuredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    content,
    // Records are few beside packages: packing fast matters more than packing small.
    createGzip({ level: constants.Z_BEST_SPEED }),
    async function* measured(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return { bytes, sha256: hash.digest('hex') };
}

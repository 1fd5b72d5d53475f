import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { RecordedRendition } from './find-rendition.ts';

/** Length and SHA-256 of a file. */
export async function measureRendition(path: string): Promise<RecordedRendition> {
  const sha256 = createHash('sha256');
  let length = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    sha256.update(piece);
    length += piece.length;
  }
  return { content_length: length, sha256: sha256.digest('hex') };
}

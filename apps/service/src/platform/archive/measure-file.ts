import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Length and SHA-256 (hexadecimal) of a file's bytes. */
export interface MeasuredFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a file whole to measure it. */
export async function measureFile(path: string): Promise<MeasuredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

import type { Readable } from 'node:stream';
import type { Archive } from '../../platform/archive/types.ts';
import type { ByteRange } from './byte-range.ts';
import type { Sent } from './sent-as.ts';

/** Bytes of a file that is read whole; many readers at once have so much memory each. Most reports of a small fleet are below. */
const SMALL = 64 * 1024;

/** The bytes of a download, or the part of them that a range asks for: at once of a small file, as a stream of a large one. */
export async function readPart(
  archive: Archive,
  { archiveKey, contentLength }: Sent,
  part: ByteRange | undefined,
): Promise<Buffer | Readable> {
  // The archive's ranges end before their end, HTTP's with it.
  const range = part && { start: part.start, end: part.end + 1 };
  if (contentLength > SMALL) return archive.read(archiveKey, range);
  const bytes = await archive.readWhole(archiveKey, contentLength);
  return range === undefined ? bytes : bytes.subarray(range.start, range.end);
}

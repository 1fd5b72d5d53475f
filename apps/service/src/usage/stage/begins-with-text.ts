import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';

/** What a gzip member without name, comment and extra field has before its data (RFC 1952). */
const HEADER_BYTES = 10;

/**
 * Whether a file begins with a plain gzip member that unpacks to something. The engine reads members as one text, and the
 * length of that text is held against the last member's own: an empty member before it is all that this would not show.
 */
export async function beginsWithText(path: string): Promise<boolean> {
  const start = Buffer.alloc(4);
  const handle = await open(path);
  try {
    await handle.read(start, 0, start.length, 0);
  } finally {
    await handle.close();
  }
  if (start.readUInt32BE(0) !== 0x1f8b0800) return false;
  const source = createReadStream(path, { start: HEADER_BYTES });
  const text = source.pipe(createInflateRaw());
  // A source that fails must not leave the reader waiting.
  source.once('error', (error) => text.destroy(error));
  try {
    for await (const _ of text) return true;
    return false;
  } catch {
    // Not deflate at all: the engine would say the same.
    return false;
  } finally {
    source.destroy();
    text.destroy();
  }
}

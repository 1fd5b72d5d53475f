import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

/** The lines of a packed NDJSON file, parsed. */
export async function* readLines(path: string): AsyncGenerator<unknown> {
  const packed = createReadStream(path);
  const plain = createGunzip();
  // A file that cannot be read must end the reader too, and not leave it waiting.
  packed.on('error', (error) => plain.destroy(error));
  packed.pipe(plain);
  for await (const line of createInterface({ input: plain, crlfDelay: Number.POSITIVE_INFINITY }))
    yield JSON.parse(line) as unknown;
}

export const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`;

import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const pack = promisify(gzip);

/** Writes a small report's lines to `path` as tab-separated values in one gzip member without a time stamp. */
export async function renderByNode(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  path: string,
): Promise<void> {
  const lines = [columns, ...rows].map((cells) => `${cells.join('\t')}\n`);
  await writeFile(path, await pack(lines.join('')));
}

import { open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Download } from '../download/open-download.ts';

export interface Saved {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes a download to a file that is there whole and checked, or not at all: the bytes go to `<path>.part`, are synced to the
 * disk, and get their name when their sums were right. What was at `path` is replaced.
 *
 * @param to a path; one that ends in `/` is a folder, in which the file gets the name that the service gives it
 * @throws ChecksumError, ConnectionError; nothing is left then
 */
export async function saveDownload(download: Download, to: string): Promise<Saved> {
  const path = /[/\\]$/.test(to) ? join(to, nameOf(download)) : to;
  const part = `${path}.part`;
  const file = await open(part, 'w');
  let bytes = 0;
  try {
    const reader = download.stream.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      await file.writeFile(piece.value);
      bytes += piece.value.length;
    }
    await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
  return { path, bytes };
}

function nameOf({ fileName }: Download): string {
  // A name from elsewhere must not lead out of the folder.
  const name = basename(fileName ?? '');
  if (name === '' || name === '.' || name === '..')
    throw new TypeError('The service gave the file no name; say one instead of a folder.');
  return name;
}

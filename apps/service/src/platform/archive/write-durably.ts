import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './durable-directories.ts';

/**
 * Writes a small file that is the owner's alone: after a crash there is the old text or the new, never a part; it is on the disk
 * when this returns. One writer at a time: what a killed one left as `<path>.new` is replaced.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

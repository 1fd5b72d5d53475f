import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes directories that are still there after a power cut. A directory is durable when its name is synced in the one above it,
 * and that one is durable too; each is seen to once in the life of the process. That it exists says nothing: another writer may
 * have made it a moment ago and not synced it yet.
 *
 * @param root where to stop: this directory is taken to be durable
 */
export function durableDirectories(root: string): (directory: string) => Promise<void> {
  const durable = new Set([root]);
  return async function make(directory) {
    if (durable.has(directory)) return;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (let made = directory; !durable.has(made); made = dirname(made)) await syncDirectory(dirname(made));
    // Only now: one that failed half way is done again. An archive has thousands of directories, not millions.
    for (let made = directory; !durable.has(made); made = dirname(made)) durable.add(made);
  };
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

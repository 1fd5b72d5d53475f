import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder that a person named, and those above it that are missing. Node's own recursive mkdir tries for ever where a
 * folder cannot be made though the one above it is there: in /proc, or below a working directory that was removed, as under
 * cron. Here every folder is tried once.
 *
 * @param mode of each folder that is made
 * @throws what the system says of the first folder that cannot be made; `path` and `syscall` are told
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return acceptFolder(path, error);
    const above = dirname(path);
    if (above === path) throw error;
    await makeFolder(above, mode);
    // Another process may have made it in between.
    await mkdir(path, { mode }).catch((again: unknown) => acceptFolder(path, again));
  }
}

/** The folder that is there is the one that was wanted, whatever word the system has for that. @throws `error` otherwise */
async function acceptFolder(path: string, error: unknown): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw error;
}

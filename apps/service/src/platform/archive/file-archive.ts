import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  rm,
  stat,
  statfs,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Problem } from '@meterhouse/contract';
import { keyPath } from './archive-key.ts';
import { durableDirectories, syncDirectory } from './durable-directories.ts';
import { sameBytes } from './same-bytes.ts';
import type { Archive } from './types.ts';

/** Below the root, beside the keys: a name that no key can have. */
const temporaryFolder = '.incoming';

/**
 * Opens the archive in files below `root`, made when missing, for its owner alone.
 *
 * How a file comes in: its bytes are in a file of the same file system (the caller's own, or a temporary one) and synced; the
 * key's directory is made and synced; the file is linked under its key, which fails when there is one, so nothing is ever
 * overwritten; the directory is synced; the old name goes. A crash before the link leaves the old name only, and what is in the
 * temporary folder the next start removes; a crash after it leaves the whole file under its key, and the repeat finds the same
 * bytes there.
 */
export async function openFileArchive(root: string): Promise<Archive> {
  const home = resolve(root);
  const incoming = join(home, temporaryFolder);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  await syncDirectory(dirname(home));
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { mode: 0o700 });
  const makeDurable = durableDirectories(home);

  /** Gives a synced file its key and takes its old name away. When it fails the old name is still there. */
  async function publish(key: string, file: string): Promise<void> {
    const path = keyPath(home, key);
    await makeDurable(dirname(path));
    try {
      await link(file, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (!(await sameBytes(file, path))) {
        throw new Problem('archive-conflict', { detail: `The archive holds other bytes under ${key}.` });
      }
    }
    // Also when it was there: the one who wrote it may have died before he could.
    await syncDirectory(dirname(path));
    await unlink(file);
  }

  /** Writes a temporary file by `write`, publishes it, and leaves nothing behind. */
  async function publishWritten(key: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = join(incoming, randomBytes(12).toString('hex'));
    try {
      await write(temporary);
      await publish(key, temporary);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async function presentPath(key: string): Promise<string> {
    const path = keyPath(home, key);
    if ((await sizeOf(path)) !== undefined) return path;
    throw missing(key);
  }

  return {
    async take(key, sourcePath) {
      keyPath(home, key);
      const [source, archive] = await Promise.all([stat(sourcePath), stat(incoming)]);
      if (source.dev === archive.dev) {
        await chmod(sourcePath, 0o600);
        await syncFile(sourcePath);
        await publish(key, sourcePath);
        return;
      }
      await publishWritten(key, async (temporary) => {
        await copyFile(sourcePath, temporary);
        await chmod(temporary, 0o600);
        await syncFile(temporary);
      });
      await unlink(sourcePath);
    },

    async put(key, bytes) {
      keyPath(home, key);
      await publishWritten(key, (temporary) =>
        writeFile(temporary, bytes, { mode: 0o600, flag: 'wx', flush: true }),
      );
    },

    async read(key, range): Promise<Readable> {
      const path = await presentPath(key);
      // `end` of a range is exclusive here and inclusive there.
      return createReadStream(path, range ? { start: range.start, end: range.end - 1 } : {});
    },

    async readWhole(key, length) {
      const handle = await open(keyPath(home, key), 'r').catch((error: unknown) => {
        throw isAbsent(error) ? missing(key) : error;
      });
      try {
        // Room for one byte more shows a file that is too long.
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length + 1), 0, length + 1, 0);
        if (bytesRead !== length)
          throw new Error(`${key} of the archive has not the ${length} bytes it must have`);
        return buffer.subarray(0, length);
      } finally {
        await handle.close();
      }
    },

    size: (key) => sizeOf(keyPath(home, key)),

    async localCopy(key) {
      return { path: await presentPath(key), release: async () => undefined };
    },

    list: (prefix) => listKeys(home, prefix),

    async remove(key) {
      const path = keyPath(home, key);
      try {
        await unlink(path);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        throw error;
      }
      await syncDirectory(dirname(path));
    },

    async freeBytes() {
      const { bavail, bsize } = await statfs(home);
      return bavail * bsize;
    },
  };
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const status = await stat(path);
    return status.isFile() ? status.size : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const missing = (key: string) => new Problem('archive-missing', { detail: `${key} is not in the archive.` });

const isAbsent = (error: unknown) => errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';

/** Keys that begin with `prefix`, in the order of their code units; goes only into directories that can hold one. */
async function* listKeys(home: string, prefix: string, below = ''): AsyncGenerator<string> {
  const entries = await readdir(join(home, below), { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  // A directory sorts as its name with the slash, so that whole keys come in order.
  const names = entries
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
  for (const name of names) {
    const key = below + name;
    if (!name.endsWith('/')) {
      if (key.startsWith(prefix)) yield key;
    } else if (key.startsWith(prefix) || prefix.startsWith(key)) {
      yield* listKeys(home, prefix, key);
    }
  }
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

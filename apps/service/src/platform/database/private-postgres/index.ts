import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../http/types.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { claimDirectory } from './claim-directory.ts';
import { createCluster, readSecret, serviceRole } from './create-cluster.ts';
import { serverPath, spawnOptions } from './handed-directory.ts';
import { isAlive, isPostgresOn, readPostmaster, stopPostmaster } from './postmaster.ts';
import { makeRuntimeDirectory, removeRuntimeDirectory } from './runtime-directory.ts';
import { serverSettings } from './settings.ts';
import { type SystemUser, systemUser } from './system-user.ts';

export interface PrivatePostgresOptions {
  /** Everything of the server is below it: `cluster/`, `secret`, `postgres.log`. Made when missing, 0700. */
  directory: string;
  logger: Logger;
  /** The system user to run it as when this process is root; see `system-user.ts` for what is taken otherwise. */
  runAs?: string;
  /** Called when the server ends without having been told to. The service cannot go on then and should end too. */
  onUnexpectedExit?: (error: Error) => void;
  /** Further settings, such as `{fsync: 'off'}` for data of a test. They win over the house's. */
  settings?: Readonly<Record<string, string>>;
  binaries?: Binaries;
}

export interface PrivatePostgres {
  /** Holds the secret: never to be logged. */
  readonly connectionString: string;
  readonly pid: number;
  /** Holds the socket. */
  readonly runtimeDirectory: string;
  /** Stops the server cleanly and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts the service's own PostgreSQL and returns when it takes connections.
 *
 * The life of a server: this process claims the directory; a server that an earlier, killed process left running is stopped
 * cleanly; the cluster is made if there is none; the server is started in a process group of its own and waited for. It ends
 * by `stop()`, or by itself on SIGINT when this process exits without that. Only `kill -9` of this process leaves it running,
 * with all that was committed, until the next start stops it.
 *
 * @throws when another process uses the directory, or the server does not start; the message says what to do
 */
export async function startPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const { logger } = options;
  const user = systemUser(logger, options.runAs);
  const binaries = options.binaries ?? findBinaries(logger, user);
  const directory = resolve(options.directory);
  prepareDirectory(directory, user);
  const releaseClaim = await claimDirectory(directory);
  let runtimeDirectory: string | undefined;
  try {
    await stopLeftover(directory, logger);
    if (await createCluster(directory, binaries, user)) {
      logger.info({ directory, user: user?.name }, 'made the private PostgreSQL');
    }
    runtimeDirectory = makeRuntimeDirectory(user);
    const server = await start(directory, binaries, user, runtimeDirectory, options);
    return supervise(server, directory, runtimeDirectory, releaseClaim, options);
  } catch (error) {
    if (runtimeDirectory !== undefined) removeRuntimeDirectory(runtimeDirectory);
    await releaseClaim();
    throw error;
  }
}

function prepareDirectory(directory: string, user: SystemUser | undefined): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const owner = user?.uid ?? process.getuid?.();
  const present = [join(directory, 'cluster'), directory].find((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  const found = statSync(present ?? directory).uid;
  // A new directory of root is handed over; anything else was made by someone else, as another user.
  if (found !== owner && !(found === process.getuid?.() && present === directory)) {
    throw new Error(
      `${present} belongs to user ${found}, and PostgreSQL would run as user ${owner}. Run: chown -R ${owner} ${directory}`,
    );
  }
  chmodSync(directory, 0o700);
  if (user) chownSync(directory, user.uid, user.gid);
}

/** Stops the server that a killed process left on this directory, and forgets a pid file that is nobody's any more. */
async function stopLeftover(directory: string, logger: Logger): Promise<void> {
  const cluster = join(directory, 'cluster');
  const left = readPostmaster(cluster);
  if (!left) return;
  if (isPostgresOn(left.pid, cluster)) {
    logger.warn(
      { pid: left.pid },
      'the private PostgreSQL of an earlier process still runs; stopping it cleanly',
    );
    await stopPostmaster(cluster, left.pid);
  } else if (isAlive(left.pid)) {
    logger.warn({ pid: left.pid }, 'removing a stale postmaster.pid: its number is another process now');
  }
  // A clean stop removes it. A server that was killed leaves it, and PostgreSQL would refuse to start beside whatever has its
  // number now: a stranger, or what remains of the killed one until its parent looks.
  if (readPostmaster(cluster)?.pid === left.pid) rmSync(join(cluster, 'postmaster.pid'), { force: true });
  removeRuntimeDirectory(left.socketDirectory);
}

async function start(
  directory: string,
  binaries: Binaries,
  user: SystemUser | undefined,
  runtimeDirectory: string,
  options: PrivatePostgresOptions,
): Promise<ChildProcess & { pid: number }> {
  const cluster = join(directory, 'cluster');
  const log = openLog(directory);
  const further = Object.entries(options.settings ?? {}).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const { options: spawned, release } = spawnOptions(directory, user, ['ignore', log.handle, log.handle]);
  const child = spawn(
    binaries.postgres,
    ['-D', `${serverPath(directory, user)}/cluster`, ...serverSettings(runtimeDirectory), ...further],
    spawned,
  );
  release();
  closeSync(log.handle);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const startedAt = Date.now();
  let toldAt = startedAt;
  for (;;) {
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null) {
      const reason = failure?.message ?? readFileSync(log.path, 'utf8').slice(log.size).trim();
      throw new Error(`The private PostgreSQL in ${directory} does not start; ${log.path} says:\n${reason}`);
    }
    const postmaster = readPostmaster(cluster);
    if (postmaster?.pid === child.pid && postmaster?.status === 'ready')
      return child as ChildProcess & { pid: number };
    // There is no limit: recovery after a power cut takes the time it takes, and ending it would only start it anew.
    if (Date.now() - toldAt > 10_000) {
      toldAt = Date.now();
      options.logger.info(
        { seconds: Math.round((toldAt - startedAt) / 1000) },
        'the private PostgreSQL is still starting',
      );
    }
    await sleep(10);
  }
}

function supervise(
  server: ChildProcess & { pid: number },
  directory: string,
  runtimeDirectory: string,
  releaseClaim: () => Promise<void>,
  { logger, onUnexpectedExit }: PrivatePostgresOptions,
): PrivatePostgres {
  let stopping = false;
  const interrupt = () => {
    server.kill('SIGINT');
    removeRuntimeDirectory(runtimeDirectory);
  };
  process.once('exit', interrupt);
  const ended = new Promise<void>((resolve) => {
    server.once('exit', (code, signal) => {
      process.off('exit', interrupt);
      removeRuntimeDirectory(runtimeDirectory);
      resolve();
      if (stopping) return;
      const error = new Error(
        `The private PostgreSQL ended unexpectedly (${code ?? signal}); see ${join(directory, 'postgres.log')}.`,
      );
      logger.fatal({ err: error }, error.message);
      onUnexpectedExit?.(error);
    });
  });
  // Whoever uses the server has something of his own that keeps the process alive.
  server.unref();
  return {
    connectionString: `postgresql://${serviceRole}:${readSecret(directory)}@/${serviceRole}?host=${encodeURIComponent(runtimeDirectory)}`,
    pid: server.pid,
    runtimeDirectory,
    async stop() {
      stopping = true;
      server.ref();
      await stopPostmaster(join(directory, 'cluster'), server.pid);
      await ended;
      await releaseClaim();
    },
  };
}

/** Opens the server's log for appending; beyond 10 MB the old one is put aside, one generation of it. */
function openLog(directory: string): { path: string; handle: number; size: number } {
  const path = join(directory, 'postgres.log');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 10 * 1024 * 1024) renameSync(path, `${path}.1`);
  return { path, handle: openSync(path, 'a', 0o600), size: size > 10 * 1024 * 1024 ? 0 : size };
}

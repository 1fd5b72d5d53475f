import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What PostgreSQL writes of itself into `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly socketDirectory: string;
  /** `starting`, `ready`, `stopping`, or empty before the first is written. */
  readonly status: string;
}

/** Reads `postmaster.pid` of a cluster; undefined when there is none or it is not written yet. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketDirectory: lines[4]?.trim() ?? '', status: lines[7]?.trim() ?? '' };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether process `pid` is a PostgreSQL at work on `cluster`. Process ids are used again after a restart of the machine, so the
 * number in a pid file alone may be anybody's: a stranger must not get our signal.
 */
export function isPostgresOn(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.includes('postgres') && stdout.includes(cluster);
  }
  try {
    // A server changes into its data directory. The program may have been replaced by an update: "postgres (deleted)".
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).split(' ')[0];
    const at = statSync(`/proc/${pid}/cwd`);
    const here = statSync(cluster);
    return program === 'postgres' && at.dev === here.dev && at.ino === here.ino;
  } catch {
    return false;
  }
}

/**
 * Stops a server cleanly (SIGINT: open transactions are rolled back, everything is written). After `patience` milliseconds at
 * once (SIGQUIT: nothing committed is lost, the next start recovers from the log).
 *
 * @throws when it is still there after twice that time
 */
export async function stopPostmaster(cluster: string, pid: number, patience = 60_000): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isPostgresOn(pid, cluster)) return;
    process.kill(pid, signal);
    for (let waited = 0; waited < patience; waited += 20) {
      if (!isPostgresOn(pid, cluster)) return;
      await sleep(20);
    }
  }
  throw new Error(
    `PostgreSQL (process ${pid}) on ${cluster} does not stop. Stop it by hand, then start again.`,
  );
}

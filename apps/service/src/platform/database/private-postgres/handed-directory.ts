import type { SpawnOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { SystemUser } from './system-user.ts';

/**
 * How a server of another user reaches a data directory whose parents it may not enter (a clone below /root, a directory of
 * `mktemp -d`): we open the directory and hand the open descriptor over. `/proc/self/fd/3/…` then leads into it in the server
 * and in every process it forks, without asking the parents. Only for root on Linux; everybody else needs no such thing.
 */
export function serverPath(directory: string, user: SystemUser | undefined): string {
  return user !== undefined && process.platform === 'linux' ? '/proc/self/fd/3' : directory;
}

type Stdio = 'ignore' | 'pipe' | number;

/** Options that start a program as `user` with the directory handed over; `release` closes our side once it is started. */
export function spawnOptions(
  directory: string,
  user: SystemUser | undefined,
  stdio: [Stdio, Stdio, Stdio],
): { options: SpawnOptions; release: () => void } {
  const handle = openSync(directory, 'r');
  return {
    options: {
      // Nothing of our environment: it holds secrets of the service, and PG* variables would change what is started.
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      cwd: '/',
      // A group of its own: Ctrl-C in a terminal goes to us, and we stop the server after our last write.
      detached: true,
      stdio: [...stdio, handle],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    },
    release: () => closeSync(handle),
  };
}

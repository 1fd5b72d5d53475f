/**
 * virsh as a child process: no shell, arguments as a list, an environment of a few names, its own process group.
 *
 * None outlives the meter, also not one that is killed with -9. An interactive virsh ends at the end of its input; the one
 * that waits for events writes a line at each keep-alive (see event-stream.ts) and dies of the broken pipe at the next.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { addressForVirsh } from './address.ts';

/** How long a virsh that was asked to end may take before it is killed, milliseconds. */
const GRACE = 1000;

export interface VirshOptions {
  /** Name or path of the program. */
  readonly program: string;
  readonly address: string;
  /** What comes after the connection's arguments; none: interactive. */
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export type Virsh = ChildProcessWithoutNullStreams;

/**
 * Starts a read-only connection. By itself virsh sends a keep-alive every 5 s and gives up after 6 without an answer, where the
 * driver knows them; asked to by an option, it would give up on drivers that do not. A program that is not there is told by the
 * child's `error` event.
 */
export function startVirsh(options: VirshOptions): Virsh {
  const connection = ['--readonly', '--quiet', '--connect', addressForVirsh(options.address)];
  return spawn(options.program, [...connection, ...(options.arguments ?? [])], {
    // A group (and session) of its own: what virsh starts, such as ssh, ends with it and has no terminal to ask at.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...environment(options.address), ...options.environment },
  });
}

/** Ends it and what it started; resolves when it is gone. */
export async function endVirsh(virsh: Virsh): Promise<void> {
  if (virsh.pid === undefined) return;
  if (virsh.exitCode === null && virsh.signalCode === null) {
    const gone = once(virsh, 'exit');
    signalGroup(virsh.pid, 'SIGTERM');
    const impatience = setTimeout(() => signalGroup(virsh.pid, 'SIGKILL'), GRACE);
    await gone;
    clearTimeout(impatience);
  }
  // What virsh had started and did not take along.
  signalGroup(virsh.pid, 'SIGKILL');
  for (const stream of [virsh.stdin, virsh.stdout, virsh.stderr]) stream.destroy();
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** Nothing of the meter's environment but what ssh, TLS and libvirt find keys and settings by. */
function environment(address: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'XDG_RUNTIME_DIR',
    'XDG_CONFIG_HOME',
    'SSH_AUTH_SOCK',
    'KRB5CCNAME',
  ]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  // virsh would write its history over the one that a person of the same account keeps. A session daemon that it starts
  // needs a folder for its cache, so there only the length is set.
  const history = address.includes('/session') ? {} : { XDG_CACHE_HOME: '/dev/null' };
  return { ...kept, ...history, VIRSH_HISTSIZE: '0', LC_ALL: 'C', TZ: 'UTC', TERM: 'dumb' };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryOfChildren, residentMemory } from '../memory.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** From the spawn until `/readyz` said yes. */
  readonly startSeconds: number;
  /** The highest so far of the processes that it has started, bytes; sampled. */
  highestOfChildren(): number;
  stop(): Promise<void>;
  /** As a power cut would end it. */
  kill(): Promise<void>;
}

/** The front door, as `npm start` runs it. */
export const COMMAND_LINE = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));

const SAMPLE_MS = 250;

/** Runs `meterhouse serve` as a process of its own and waits until it is ready. Its log goes to a file. */
export async function startService(flags: readonly string[], logPath: string): Promise<ServiceProcess> {
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND_LINE, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environment(),
  });
  const log = createWriteStream(logPath, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const exit = once(child, 'exit');
  const ended = exit.then(() => {
    throw new Error('The service ended by itself.');
  });
  ended.catch(() => undefined);
  const url = await Promise.race([addressOf(child), ended]);
  await Promise.race([readiness(url), ended]);
  const startSeconds = (performance.now() - began) / 1000;

  let highest = 0;
  const sampling = setInterval(() => {
    highest = Math.max(highest, memoryOfChildren(child.pid!));
  }, SAMPLE_MS);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    clearInterval(sampling);
    child.kill(signal);
    await exit;
    log.end();
  };
  return {
    url,
    pid: child.pid!,
    startSeconds,
    highestOfChildren: () => Math.max(highest, memoryOfChildren(child.pid!)),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** The service's own settings count, not those of whoever measures. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(METERHOUSE_|DATABASE_URL$)/.test(name));
  return Object.fromEntries(kept);
}

async function addressOf(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return message.url;
}

async function readiness(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(new URL('/readyz', url)).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(10);
  }
}

/** Resident memory of the service itself, bytes; children apart. */
export function memoryOf({ pid }: ServiceProcess): { now: number; highest: number } {
  return residentMemory(pid) ?? { now: 0, highest: 0 };
}

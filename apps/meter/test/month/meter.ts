import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { MeterSnapshot } from '../../src/run/index.ts';

/** The meter's process, in the test's time. */
export interface MeterProcess {
  /** Moves its clock; resolves when all that slept until then has been woken. */
  advanceTo(ms: number): Promise<MeterSnapshot>;
  snapshot(): Promise<MeterSnapshot>;
  /** Sends what waits, whatever pause is on. */
  wake(): Promise<MeterSnapshot>;
  /** kill -9. */
  kill(): Promise<void>;
  /** In good order. */
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('meter-process.ts', import.meta.url));

/** Starts the meter in `dir` at a moment of the test's time and waits until it runs. */
export async function startMeter(
  owner: { after(end: () => Promise<void>): void },
  dir: string,
  ms: number,
): Promise<MeterProcess> {
  const child = fork(PROGRAM, [dir, String(ms)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  const ended = exit.then(([code, signal]) => {
    throw new Error(`The meter ended (${signal ?? code}).`);
  });
  ended.catch(() => {});
  const answer = async () => (await Promise.race([once(child, 'message'), ended]))[0] as MeterSnapshot;
  const ask = (message: object) => {
    const answered = answer();
    child.send(message);
    return answered;
  };
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exit;
  };
  owner.after(() => end('SIGKILL'));
  await answer();
  return {
    advanceTo: (to) => ask({ advanceTo: to }),
    snapshot: () => ask({}),
    wake: () => ask({ wake: true }),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

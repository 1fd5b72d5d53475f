import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure } from '../failure.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Rejects when the service ends by itself. */
  readonly ended: Promise<never>;
  /** Lets it stop gracefully, and no longer than it may take. */
  stop(): Promise<void>;
}

const STOP_MS = 20_000;
const LOG_LINES = 15;
/** Characters of the log that are held to be told. */
const TAIL = 16_384;

/**
 * Runs `meterhouse serve` as a process of its own, as a person would, and waits until it answers. It is in a process group of
 * its own, so that a Ctrl-C reaches this process alone, which then stops it in good order; when this process dies, the
 * service sees its channel close and stops as well.
 * @throws Failure with the end of its log when it does not start
 */
export async function startService(flags: readonly string[], logPath: string): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const log = createWriteStream(logPath);
  let tail = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      tail = (tail + text).slice(-TAIL);
    });
  }
  const exit = once(child, 'close');
  const ended = exit.then(([code, signal]) => {
    log.end();
    throw new Failure(`The service ended (${signal ?? `status ${code}`}). The end of its log:`, undefined, {
      faults: tail.trim().split('\n').slice(-LOG_LINES),
    });
  });
  ended.catch(() => {});
  const { url } = await Promise.race([readiness(child), ended]);
  return {
    url,
    pid: child.pid!,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exit;
      clearTimeout(patience);
    },
  };
}

async function readiness(child: ChildProcess): Promise<{ url: string }> {
  const [message] = (await once(child, 'message')) as [{ url: string }];
  return message;
}

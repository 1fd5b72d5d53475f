import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RawHttpAddress {
  readonly url: string;
}

/** A plain Fastify with a PostgreSQL of its own, in a process of its own. */
export interface RawHttp extends RawHttpAddress {
  stop(): Promise<void>;
}

/** @param directory for its PostgreSQL; @param file what its download streams */
export async function startRawHttp(directory: string, file: string): Promise<RawHttp> {
  const program = fileURLToPath(new URL('raw-http-process.ts', import.meta.url));
  const child = fork(program, [directory, file], { env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
  const exit = once(child, 'exit');
  const ended = exit.then(() => {
    throw new Error('The raw HTTP server ended.');
  });
  ended.catch(() => undefined);
  const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [RawHttpAddress];
  return {
    url,
    async stop() {
      if (!child.connected) return;
      child.disconnect();
      await exit;
    },
  };
}

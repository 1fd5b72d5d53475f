import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, RawForm, Told } from './orders.ts';

/** Wall and processor seconds of what the raw engine did. */
export interface Cost {
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** The engine alone, in a process of its own on a directory of its own, with the settings of the service's. */
export interface RawEngine {
  /** Loads the record members of packages into empty tables of the service's form; `atOnce` of them side by side. */
  load(packages: readonly string[], form: RawForm, atOnce: number): Promise<Cost>;
  /** Runs the statements of a month's five reports, each to nowhere, in the order and number the service runs them. */
  reports(meterId: string, month: string): Promise<Cost>;
  /** The number of the meter with the most rows. */
  largestMeter(): Promise<string>;
  stop(): Promise<void>;
}

export async function startRawEngine(path: string): Promise<RawEngine> {
  const program = fileURLToPath(new URL('raw-process.ts', import.meta.url));
  const child = fork(program, [path], { env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
  const exit = once(child, 'exit');
  const ended = exit.then(([code, signal]) => {
    throw new Error(`The raw engine ended (${signal ?? `status ${code}`}).`);
  });
  ended.catch(() => undefined);
  const ask = async (order: Order): Promise<Told> => {
    child.send(order);
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [Told];
    if (told.error !== undefined) throw new Error(`The raw engine: ${told.error}`);
    return told;
  };
  const cost = ({ seconds = 0, processorSeconds = 0 }: Told): Cost => ({ seconds, processorSeconds });
  await ask({ does: 'open' });
  return {
    load: async (packages, form, atOnce) => cost(await ask({ does: 'load', packages, form, atOnce })),
    reports: async (meterId, month) => cost(await ask({ does: 'reports', meterId, month })),
    largestMeter: async () => (await ask({ does: 'largest-meter' })).meterId ?? '',
    async stop() {
      if (!child.connected) return;
      await ask({ does: 'close' });
      child.disconnect();
      await exit;
    },
  };
}

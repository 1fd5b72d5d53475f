import type { RunningMeter } from '../run/index.ts';
import { REAL_TIME, type Time } from '../time/index.ts';
import type { Api } from './api.ts';
import { serveApi } from './serve-api.ts';

/** Milliseconds until a port that was taken, or a certificate that could not be read, is tried again. */
const AGAIN_MS = 30_000;

/**
 * The API of a meter that runs, for `onRunning` of runMeter. Metering comes first: while the API cannot be served that is told in
 * the journal and tried again, and hours go on being metered.
 */
export async function keepApi(
  meter: RunningMeter,
  options: Parameters<typeof serveApi>[1] & { readonly time?: Time } = {},
): Promise<{ close(): Promise<void> }> {
  const { time = REAL_TIME, ...serving } = options;
  const end = new AbortController();
  let api: Api | undefined;

  async function serve(): Promise<boolean> {
    try {
      api = await serveApi(meter, serving);
      return true;
    } catch (error) {
      meter.journal.note({
        code: 'api-not-serving',
        message: `${(error as Error).message} Metering goes on; the API is tried again.`,
      });
      return false;
    }
  }
  async function keepTrying(): Promise<void> {
    while (!end.signal.aborted) {
      await time.sleep(AGAIN_MS, end.signal).catch(() => undefined);
      if (end.signal.aborted || (await serve())) return;
    }
  }

  const trying = (await serve()) ? Promise.resolve() : keepTrying();
  return {
    async close() {
      end.abort();
      await trying;
      await api?.close();
    },
  };
}

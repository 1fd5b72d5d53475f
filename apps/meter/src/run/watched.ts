import { type Collector, CollectorFailure, type Reading } from '../inventory/index.ts';

/** Real time, since it is about a real connection: the longest silence between two readings, the first inventory too. */
const LONGEST_SILENCE_MS = 900_000;
/** So long is waited for a collector to close its connection; then it is left to itself. */
const CLOSING_MS = 5_000;

interface Patience {
  readonly longestSilence?: number;
  readonly closing?: number;
}

/**
 * The readings of one connection, for as long as it holds and is not silent. When the reader leaves, or the signal says so,
 * the connection is closed.
 * @throws CollectorFailure; `timed-out` after a silence that a sound collector never has
 */
export async function* watched(
  collector: Collector,
  given: { readonly since?: number },
  signal: AbortSignal,
  { longestSilence = LONGEST_SILENCE_MS, closing = CLOSING_MS }: Patience = {},
): AsyncGenerator<Reading, void, undefined> {
  const own = new AbortController();
  const readings = collector
    .watch({ ...given, signal: AbortSignal.any([signal, own.signal]) })
    [Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orSilence(readings.next(), longestSilence, signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    own.abort();
    await Promise.race([
      Promise.resolve(readings.return?.()).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, closing).unref()),
    ]);
  }
}

/** @throws the reason of the signal at once: a collector may be deaf to it */
async function orSilence<T>(next: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: () => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CollectorFailure('timed-out', `no reading for ${milliseconds / 1000} s`)),
      milliseconds,
    );
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([next, left]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    // What comes after its reader has left is nobody's failure.
    next.catch(() => undefined);
  }
}

import { ApiError } from './errors.ts';

/**
 * Lets so many run at once and so many wait; one more is refused with 503, as work without a bound would take the memory.
 * @returns runs a piece of work when its turn comes
 */
export function fewAtOnce(most: number, mostWaiting: number, refusal: string) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most) {
      if (waiting.length >= mostWaiting)
        throw new ApiError('GW_UNAVAILABLE', `${refusal} Try again in a few seconds.`, {
          headers: { 'retry-after': '5' },
        });
      // Whoever ends hands its place on, so nobody takes it in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

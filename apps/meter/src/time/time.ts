/** The meter's own clock and its waiting, in one place, so that a test can let a month go by in a minute. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Time {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits so many milliseconds of this clock. @throws AbortError when the signal says so */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const REAL_TIME: Time = Object.freeze({
  now: () => Date.now(),
  async sleep(milliseconds: number, signal?: AbortSignal) {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
});

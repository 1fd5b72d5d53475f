import { setTimeout as sleep } from 'node:timers/promises';
import { connectionCode } from '../explain.ts';
import { AnswerError } from './answer-error.ts';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 250;
/** A service that asks for a longer pause is not waited for. */
const LONGEST_PAUSE_MS = 60_000;
/** Answers that another attempt will not change for a while: disk space is short, the hour has not come, a quota is used up. */
const LASTING = new Set(['storage-low', 'hour-in-future', 'quota-exceeded']);

/**
 * Makes a call that may be made twice, again when it failed on the way (connection, 429, 5xx): six times, with pauses that
 * double, or as long as Retry-After asks. The last failure is thrown as it was.
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  onRetry?: (error: unknown, pauseMs: number) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const pause = pauseAfter(error, attempt);
      if (pause === undefined) throw error;
      onRetry?.(error, pause);
      await sleep(pause);
    }
  }
}

/** Milliseconds to wait before the next attempt; undefined when there is to be none. */
export function pauseAfter(error: unknown, attempt: number): number | undefined {
  if (attempt >= ATTEMPTS) return undefined;
  const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  if (!(error instanceof AnswerError)) return connectionCode(error) === undefined ? undefined : pause;
  if (error.status !== 429 && error.status < 500) return undefined;
  if (LASTING.has(String(error.body?.code))) return undefined;
  const asked = error.retryAfter === undefined ? pause : error.retryAfter * 1000;
  return asked > LONGEST_PAUSE_MS ? undefined : asked;
}

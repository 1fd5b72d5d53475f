import { ConnectionError, ProblemError, TokenError } from '../errors.ts';
import { pause } from './deadline.ts';

/** How often, and how long apart, a call is made again. Milliseconds. */
export interface RetryPolicy {
  /** All attempts, the first one too. 1: never again. */
  readonly attempts: number;
  /** The longest pause after the first attempt; it doubles with each further one. */
  readonly firstPause: number;
  /** No pause of our own is longer. */
  readonly longestPause: number;
  /** A service that asks for more by Retry-After is not waited for: the caller gets its answer at once. */
  readonly longestRetryAfter: number;
}

export const usualRetries: RetryPolicy = {
  attempts: 6,
  firstPause: 500,
  longestPause: 10_000,
  longestRetryAfter: 60_000,
};

/** Told before each pause. */
export interface Retry {
  /** The attempt that failed, counted from 1. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly pause: number;
  readonly error: ProblemError | ConnectionError | TokenError;
}

const passing = new Set([429, 502, 503, 504]);
/** What lasts: an hour that has not come, and a quota until it begins anew; such a package is kept, not sent again and again. */
const lasting = new Set(['hour-in-future', 'quota-exceeded']);
/** The call cannot have reached anybody, so that it may be made again whatever it does. */
const neverArrived = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']);
/** What OpenSSL says of a certificate that it does not trust; the next attempt would meet the same one. */
const untrusted = /CERT|^ERR_TLS_|UNABLE_TO_VERIFY/;

/**
 * Milliseconds to wait before the next attempt; undefined when there is to be none.
 *
 * Pauses are drawn evenly from 0 to their bound ("full jitter"), so that clients that failed together do not come back
 * together. Retry-After is a lower bound, and kept to.
 *
 * @param repeatable whether the call may be made twice without doing twice what it does
 */
export function pauseBeforeRetry(
  error: unknown,
  attempt: number,
  repeatable: boolean,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const bound = Math.min(policy.longestPause, policy.firstPause * 2 ** (attempt - 1));
  const pause = random() * bound;
  if (error instanceof ConnectionError) {
    if (error.code === 'timeout' || error.code === 'redirected' || untrusted.test(error.code))
      return undefined;
    return repeatable || neverArrived.has(error.code) ? pause : undefined;
  }
  if (!(error instanceof ProblemError || error instanceof TokenError) || lasting.has(error.code))
    return undefined;
  const { status = 0, retryAfter } = error;
  // 429: nothing was done. 409 with Retry-After: the same call, by its Idempotency-Key, is still at work.
  const passes =
    status === 429 || (repeatable && (passing.has(status) || (status === 409 && retryAfter !== undefined)));
  if (!passes) return undefined;
  if (retryAfter === undefined) return pause;
  return retryAfter * 1000 > policy.longestRetryAfter
    ? undefined
    : retryAfter * 1000 + random() * policy.firstPause;
}

export interface RepeatOptions {
  /** By itself the usual ones: six attempts. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does a piece of work again when it failed in a way that passes, with the pauses of this client. For work of several calls
 * that may be done twice, such as one that goes on where it was; of a client with `retry: false`, whose calls are then not
 * made again each by itself.
 *
 * @example await withRetries(() => fetchTheRest(client, file), { onRetry: ({ error }) => console.warn(error.message) });
 * @throws the last failure as it was; at once what another attempt would not change
 */
export function withRetries<T>(work: () => Promise<T>, options: RepeatOptions = {}): Promise<T> {
  const policy = { ...usualRetries, ...options.retry };
  return repeat(work, (error, attempt) => pauseBeforeRetry(error, attempt, true, policy), options);
}

/** @param pauseAfter milliseconds until the next attempt; undefined when there is to be none */
export async function repeat<T>(
  work: () => Promise<T>,
  pauseAfter: (error: unknown, attempt: number) => number | undefined,
  { onRetry, signal }: Pick<RepeatOptions, 'onRetry' | 'signal'>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const wait = pauseAfter(error, attempt);
      if (wait === undefined) throw error;
      onRetry?.({ attempt, pause: wait, error: error as Retry['error'] });
      await pause(wait, signal);
    }
  }
}

/** Seconds of a Retry-After header, which holds seconds or a date; undefined when it holds neither. */
export function secondsOfRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

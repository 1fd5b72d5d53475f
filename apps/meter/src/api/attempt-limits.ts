import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from './errors.ts';

/**
 * Slows down whoever guesses the password, without a lock that a guesser could throw on the rightful owner: only *failed* logins
 * count, so the right password passes however many wrong ones came before it. A flood is cut by address before anything is
 * looked at, as each look costs a scrypt.
 */
export interface AttemptLimits {
  /** @throws ApiError 429 when this address floods, right or wrong */
  admit(address: string): Promise<void>;
  /** Counts one that failed. @throws ApiError 429 in place of the refusal when there were too many */
  failed(address: string): Promise<void>;
}

const SECONDS = 60;
const FAILURES = 10;
const FLOOD = 60;

/** @param guessing told once a minute of an address with too many failures */
export function createAttemptLimits(guessing: (address: string) => void): AttemptLimits {
  const calls = new RateLimiterMemory({ points: FLOOD, duration: SECONDS });
  const failures = new RateLimiterMemory({ points: FAILURES, duration: SECONDS });
  return {
    admit: (address) => take(calls, neighbourhood(address)),
    failed: (address) => take(failures, neighbourhood(address), () => guessing(neighbourhood(address))),
  };
}

async function take(limiter: RateLimiterMemory, key: string, first?: () => void): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    if (error.consumedPoints === limiter.points + 1) first?.();
    const wait = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new ApiError('GW_TOO_MANY_REQUESTS', `Too many attempts to log in. Try again in ${wait} s.`, {
      headers: { 'retry-after': String(wait) },
    });
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it, so they count as one. */
function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  return [...groups, ...after].slice(0, 4).join(':');
}

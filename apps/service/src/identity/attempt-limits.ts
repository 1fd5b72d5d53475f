import { isIPv6 } from 'node:net';
import { Problem } from '@meterhouse/contract';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Slows down whoever guesses secrets, without a lock that a guesser could throw on the rightful owner: only *failed* attempts
 * count, by address and by the secret's first characters, so the right secret passes however many wrong ones came before it.
 * A flood is cut by address before anything is looked up.
 */
export interface AttemptLimits {
  /** @throws problem `rate-limited` when this address floods, right or wrong */
  admit(address: string): Promise<void>;
  /**
   * Counts an attempt that failed; `name` is what was tried, such as the first characters of a token.
   * @throws problem `rate-limited` in place of the refusal when there were too many
   */
  failed(address: string, name: string): Promise<void>;
}

export interface AttemptRates {
  /** Failed attempts of one address in a minute. Twenty times as many calls, right or wrong, are a flood. */
  readonly perAddress: number;
  /** Failed attempts at one name in a minute, from anywhere. */
  readonly perName: number;
}

const usualRates: AttemptRates = { perAddress: 60, perName: 30 };

const seconds = 60;
const flood = 20;

export function createAttemptLimits(rates: AttemptRates = usualRates): AttemptLimits {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: seconds });
  const calls = limiter(rates.perAddress * flood);
  const failuresOfAddress = limiter(rates.perAddress);
  const failuresOfName = limiter(rates.perName);
  return {
    admit: (address) => take(calls, neighbourhood(address)),
    async failed(address, name) {
      // Both count, whichever refuses.
      const results = await Promise.allSettled([
        take(failuresOfAddress, neighbourhood(address)),
        take(failuresOfName, name),
      ]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  };
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const wait = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new Problem('rate-limited', {
      detail: `Too many attempts. Try again in ${wait} s.`,
      headers: { 'Retry-After': String(wait) },
    });
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it, so they count as one. */
export function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted end shows one group less than it has; it lies in the far half, where nothing is compared.
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  return [...groups, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

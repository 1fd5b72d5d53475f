import type { Caller } from '../platform/http/index.ts';

/** A script that works for half an hour has one token; so many of them have 10 MB. */
const MOST = 10_000;

/** How late a key that no longer verifies is missed, milliseconds. */
const KEPT_FOR = 60_000;

/**
 * The access tokens that were verified a moment ago. Checking a signature takes longer than reading a registration, and a
 * script calls many times with the same token.
 */
export interface VerifiedTokens {
  find(bearer: string, now: Date): Caller | undefined;
  /** @param expires seconds since the epoch, the token's `exp` */
  keep(bearer: string, caller: Caller, expires: number, now: Date): void;
}

export function createVerifiedTokens(most: number = MOST): VerifiedTokens {
  const kept = new Map<string, { readonly caller: Caller; readonly until: number }>();
  return {
    find(bearer, now) {
      const token = kept.get(bearer);
      if (token === undefined) return undefined;
      if (token.until > now.getTime()) return token.caller;
      kept.delete(bearer);
      return undefined;
    },
    keep(bearer, caller, expires, now) {
      if (kept.size >= most) kept.delete(kept.keys().next().value!);
      const until = Math.min(expires * 1000, now.getTime() + KEPT_FOR);
      kept.set(bearer, { caller: Object.freeze(caller), until });
    },
  };
}

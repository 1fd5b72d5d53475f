/**
 * Tokens count seconds, so two with the same claims and key, made in one second, say the same: the second asker gets the first
 * one's. A signature takes longer than all else of an exchange, and a fleet of jobs that cron starts comes in one second.
 */
export interface SignedThisSecond {
  /** The text that `sign` made for `claims` in this second, or that it makes now. */
  of(second: number, claims: string, sign: () => Promise<string>): Promise<string>;
}

export function createSignedThisSecond(): SignedThisSecond {
  const signed = new Map<string, Promise<string>>();
  let current = 0;
  return {
    of(second, claims, sign) {
      if (second !== current) {
        signed.clear();
        current = second;
      }
      const before = signed.get(claims);
      if (before !== undefined) return before;
      const token = sign();
      signed.set(claims, token);
      token.catch(() => signed.delete(claims));
      return token;
    },
  };
}

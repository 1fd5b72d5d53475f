/** How long to wait before something is tried again. Milliseconds. */
export interface Backoff {
  /** The longest pause after the first failure; it doubles with each further one. */
  readonly first: number;
  /** No pause is longer. */
  readonly longest: number;
}

/**
 * The pause after so many failures in a row, counted from 1: drawn evenly from the upper half of its bound, so that what
 * failed together does not come back together and nothing is tried without any pause. Whole milliseconds.
 */
export function pauseAfter(
  failures: number,
  { first, longest }: Backoff,
  random: () => number = Math.random,
): number {
  // Beyond 2 ** 30 the doubling would only lose precision; `longest` has long been reached.
  const bound = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return Math.ceil(bound / 2 + (random() * bound) / 2);
}

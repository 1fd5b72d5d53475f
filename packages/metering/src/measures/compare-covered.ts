/** Stretches of an hour that were metered, [from, to) in Unix seconds, ascending and apart. */
export type Covered = readonly (readonly [from: number, to: number])[];

/**
 * How the seconds of two readings of one hour stand to each other: `more` when the left one has all of the right one's and
 * others, `less` the other way round, `apart` when each has some that the other lacks.
 */
export function compareCovered(left: Covered, right: Covered): 'same' | 'more' | 'less' | 'apart' {
  const common = left.reduce(
    (sum, [from, to]) =>
      sum + secondsIn(right.map(([start, end]) => [Math.max(from, start), Math.min(to, end)] as const)),
    0,
  );
  const ofLeft = secondsIn(left);
  const ofRight = secondsIn(right);
  if (common === ofLeft && common === ofRight) return 'same';
  if (common === ofRight) return 'more';
  return common === ofLeft ? 'less' : 'apart';
}

/** Seconds of these stretches; one that ends before it begins has none. */
export function secondsIn(stretches: Covered): number {
  return stretches.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0);
}

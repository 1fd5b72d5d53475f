const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A stretch of time in its greatest unit: `4 s`, `12 min`, `3 h`, `2 days`. */
export function span(milliseconds: number): string {
  const whole = Math.abs(milliseconds);
  const [unit, size] = UNITS.find(([, each]) => whole >= each) ?? UNITS.at(-1)!;
  const amount = Math.floor(whole / size);
  return `${amount} ${unit}${unit === 'day' && amount !== 1 ? 's' : ''}`;
}

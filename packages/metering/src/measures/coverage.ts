/**
 * Expected, covered and missing time of a product in a month, in seconds. Nothing is guessed for hours that nobody metered;
 * they are told instead.
 */
import { type Covered, secondsIn } from './compare-covered.ts';
import { HOUR, hourOf, type Month } from './month.ts';

/** A product of a meter, over all months. */
export interface ProductLife {
  /** The first hour that any package lists for it. */
  readonly firstHour: number;
  /** The hour from which it is no longer expected, when a package has listed it as retired. */
  readonly retired?: number;
}

/** What is known of one hour of a product. */
export type HourCoverage =
  | { readonly hour: number; readonly status: 'collected' | 'unreachable' }
  | {
      readonly hour: number;
      readonly status: 'partial';
      readonly covered: Covered;
    };

export interface Coverage {
  readonly expected: number;
  /** Of the expected seconds. */
  readonly covered: number;
  readonly missing: number;
}

/** A meter is given two hours to send an hour before it is missed. */
const GRACE = 2 * HOUR;

/**
 * From the product's first hour (or the month's) to its retirement, else to two hours before `now`, at most to the month's
 * end. Hours outside that are neither expected nor counted as covered. Each hour stands once in `hours`.
 */
export function coverage(
  product: ProductLife,
  hours: Iterable<HourCoverage>,
  month: Month,
  now: number,
): Coverage {
  const from = Math.max(month.first, product.firstHour);
  const to = Math.max(from, Math.min(month.last, product.retired ?? hourOf(now) - GRACE));
  let covered = 0;
  for (const entry of hours) if (entry.hour >= from && entry.hour < to) covered += secondsCovered(entry);
  return { expected: to - from, covered, missing: to - from - covered };
}

function secondsCovered(entry: HourCoverage): number {
  if (entry.status === 'partial') return secondsIn(entry.covered);
  return entry.status === 'collected' ? HOUR : 0;
}

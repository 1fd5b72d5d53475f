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
  /** When it was retired; ascending and apart. None when left out. */
  readonly absences?: readonly Absence[];
}

/** The product is not expected in [from, to). `to` is Infinity until an hour of it is listed again. */
export interface Absence {
  readonly from: number;
  readonly to: number;
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
 * A product is absent from the hour in which a package lists it as retired until an hour of it is listed again, in whichever
 * month. `listed` are all hours that any package lists for it; the order of either does not matter.
 */
export function absencesOf(retired: Iterable<number>, listed: Iterable<number>): readonly Absence[] {
  const hours = [...listed];
  const absences = new Map<number, Absence>();
  for (const from of [...retired].sort((one, other) => one - other)) {
    const to = hours.reduce((next, hour) => (hour >= from ? Math.min(next, hour) : next), Infinity);
    // Retired twice without having been there between is retired once, and one that goes on has not gone.
    if (to > from && !absences.has(to)) absences.set(to, { from, to });
  }
  return [...absences.values()];
}

/**
 * The hours of a month in which a product is expected, as spans [from, to), ascending: from its first hour (or the month's)
 * to its retirement, else to two hours before `now`, at most to the month's end, without what lies in its absences.
 */
export function expectedSpans(
  { firstHour, absences = [] }: ProductLife,
  month: Month,
  now: number,
): readonly (readonly [number, number])[] {
  const gone = absences.find(({ to }) => to === Infinity);
  const end = Math.min(month.last, gone?.from ?? hourOf(now) - GRACE);
  const spans: (readonly [number, number])[] = [];
  let from = Math.max(month.first, firstHour);
  for (const absence of absences) {
    if (absence.from > from) spans.push([from, Math.min(absence.from, end)]);
    from = Math.max(from, absence.to);
  }
  spans.push([from, end]);
  return spans.filter(([start, stop]) => start < stop);
}

/**
 * What was covered of the hours that are expected; others are neither expected nor counted as covered. Each hour stands once
 * in `hours`.
 */
export function coverage(
  product: ProductLife,
  hours: Iterable<HourCoverage>,
  month: Month,
  now: number,
): Coverage {
  const spans = expectedSpans(product, month, now);
  const expected = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  let covered = 0;
  for (const entry of hours)
    if (spans.some(([from, to]) => entry.hour >= from && entry.hour < to)) covered += secondsCovered(entry);
  return { expected, covered, missing: expected - covered };
}

function secondsCovered(entry: HourCoverage): number {
  if (entry.status === 'partial') return secondsIn(entry.covered);
  return entry.status === 'collected' ? HOUR : 0;
}

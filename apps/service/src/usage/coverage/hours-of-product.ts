import { expectedSpans, formatInstant, HOUR, type Month } from '@meterhouse/metering';
import type { ProductCoverage } from './coverage-of-month.ts';

/** `overlapping`: another meter's reading of the hour counts in aggregates, not this one's. */
export type HourState = 'collected' | 'partial' | 'unreachable' | 'missing' | 'overlapping';

/** A run of hours in one state: [from, to), as ISO hours. */
export interface HourRun {
  readonly from: string;
  readonly to: string;
  readonly state: HourState;
  readonly reason?: string;
  /** Of a partial hour: seconds of it that were seen. */
  readonly coveredSeconds?: number;
}

/**
 * The hours of a product in order, in runs of one state: listed ones, and of the ones that are expected those that no package
 * listed. `lost` are the hours that another meter wins.
 */
export function runsOfProduct(
  product: ProductCoverage,
  month: Month,
  lost: ReadonlySet<number>,
  now: Date,
): readonly HourRun[] {
  const listed = new Map(product.hours.map((hour) => [hour.hour, hour]));
  const from = Math.max(month.first, product.life.firstHour);
  const expected = expectedSpans(product.life, month, Math.floor(now.getTime() / 1000));
  const last = Math.max(expected.at(-1)?.[1] ?? 0, (product.hours.at(-1)?.hour ?? 0) + HOUR);
  const runs: { -readonly [Name in keyof HourRun]: HourRun[Name] }[] = [];
  for (let hour = from; hour < last; hour += HOUR) {
    const known = listed.get(hour);
    if (!known && !expected.some(([start, stop]) => hour >= start && hour < stop)) continue;
    const state: HourState = known ? (lost.has(hour) ? 'overlapping' : known.status) : 'missing';
    const reason = known?.reason;
    const coveredSeconds = known?.status === 'partial' ? secondsOf(known.covered ?? []) : undefined;
    const run = runs.at(-1);
    const start = formatInstant(hour);
    const to = formatInstant(hour + HOUR);
    const alike = run?.state === state && run.reason === reason && run.coveredSeconds === coveredSeconds;
    if (run && run.to === start && alike) run.to = to;
    else
      runs.push({
        from: start,
        to,
        state,
        ...(reason === undefined ? {} : { reason }),
        ...(coveredSeconds === undefined ? {} : { coveredSeconds }),
      });
  }
  return runs;
}

function secondsOf(spans: readonly (readonly [number, number])[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}

import type { Bindings } from './bindings.ts';

/** `[from, until)` in Unix seconds, whole hours. */
export interface HourRange {
  readonly from: number;
  readonly until: number;
}

/** SQL text that is true for the hours of these ranges. */
export function hoursSql(ranges: readonly HourRange[], { bind }: Bindings): string {
  const parts = ranges.map(
    ({ from, until }) =>
      `(hour >= toDateTime(${bind('UInt32', from)}) AND hour < toDateTime(${bind('UInt32', until)}))`,
  );
  return parts.length === 0 ? 'false' : `(${parts.join(' OR ')})`;
}

/** SQL text that is true for a meter's rows of these hours. */
export function scopeSql(meterId: string, ranges: readonly HourRange[], bindings: Bindings): string {
  return `meter = ${bindings.bind('UInt64', meterId)} AND ${hoursSql(ranges, bindings)}`;
}

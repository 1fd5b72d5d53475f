import { HOUR, instantOf } from '@meterhouse/metering';
import type { Gap } from '../journey/find-gaps.ts';
import { plural } from './numbers.ts';
import { green, yellow } from './style.ts';
import { table } from './table.ts';

/** Which hours a month misses, a line a stretch. */
export function tellGaps(gaps: readonly Gap[]): string[] {
  if (gaps.length === 0) return [green('  No hour is missing.')];
  return [
    yellow('  Not seen whole:'),
    table(
      ['From, UTC', 'To', 'Hours', 'State', 'Reason', 'Product'],
      gaps.map(({ product, from, to, state, reason }) => [
        minute(from),
        minute(to),
        plural((instantOf(to) - instantOf(from)) / HOUR, 'hour'),
        state,
        reason ?? '',
        product,
      ]),
    ),
  ];
}

/** 2023-01-09 02:00 */
function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

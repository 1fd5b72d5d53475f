import { HOUR, instantOf } from '@meterhouse/metering';
import type { Gap } from '../journey/find-gaps.ts';
import { minutesOf } from './coverage-calendar.ts';
import { plural } from './numbers.ts';
import { screenWidth } from './output.ts';
import { green, yellow } from './style.ts';
import { table } from './table.ts';

/** Characters that a line with a whole UUID takes; where there are fewer its beginning must do. */
const ROOMY = 120;
const SHORT = 8;

/** Which hours a month misses, a line a stretch. */
export function tellGaps(gaps: readonly Gap[]): string[] {
  if (gaps.length === 0) return [green('  No hour is missing.')];
  const narrow = screenWidth() < ROOMY;
  return [
    yellow('  Not seen whole:'),
    table(
      ['From, UTC', 'To', 'Hours', 'State', 'Reason', 'Product'],
      gaps.map(({ product, from, to, state, reason, coveredSeconds }) => [
        minute(from),
        minute(to),
        plural((instantOf(to) - instantOf(from)) / HOUR, 'hour'),
        coveredSeconds === undefined ? state : `${state}, ${minutesOf(coveredSeconds)} seen`,
        reason ?? '',
        narrow && product.length > SHORT ? `${product.slice(0, SHORT)}…` : product,
      ]),
    ),
  ];
}

/** 2023-01-09 02:00 */
function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

/**
 * Hourly Usage Report: for each rule by core-hours, the cores of each hour and licence key. The hour is written as published,
 * `2024-06-17 5:00:00`, so rows are sorted by the time and not by that text. Rows of zero are left out.
 */
import { coreHoursByKey } from '../measures/core-hours.ts';
import { roundHalfAway } from '../measures/decimal.ts';
import { formatInstant } from '../measures/month.ts';
import type { Share } from './meter-month.ts';
import { isZero } from './monthly-usage.ts';
import { compareText, type Row } from './order.ts';
import { ruledHosts } from './quantity.ts';

export function hourlyUsage(shares: readonly Share[]): readonly Row[] {
  return shares
    .flatMap(({ rules, hosts }) =>
      rules.rules
        .filter(({ measure }) => measure === 'core-hours')
        .flatMap((rule) =>
          coreHoursByKey(ruledHosts(rule, hosts), rules.coreFloorPerSocket).map(
            ({ hour, license, cores }) => {
              const quantity = roundHalfAway({ numerator: cores, denominator: 1n });
              return { hour, rule, license, quantity };
            },
          ),
        ),
    )
    .filter(({ quantity }) => !isZero(quantity))
    .sort(
      (a, b) =>
        a.hour - b.hour ||
        compareText(a.rule.product, b.rule.product) ||
        compareText(a.rule.sku, b.rule.sku) ||
        compareText(a.license, b.license),
    )
    .map(
      ({ hour, rule, license, quantity }): Row => [
        rule.product,
        rule.sku,
        usageHour(hour),
        license,
        quantity,
        rule.unit,
      ],
    );
}

/** `2024-06-17 5:00:00` */
function usageHour(hour: number): string {
  const text = formatInstant(hour);
  return `${text.slice(0, 10)} ${Number(text.slice(11, 13))}:00:00`;
}

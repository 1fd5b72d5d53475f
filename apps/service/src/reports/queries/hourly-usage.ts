import { coresSql, countedHostsSql } from '../measures/counted-hosts.ts';
import type { Place } from '../places.ts';
import type { Bindings } from './bindings.ts';
import { scopeSql } from './scope.ts';
import { type Product, whereSql } from './where.ts';

/**
 * Cores of each hour and licence key, for each rule by core-hours; undefined when no rule of the month is one. The hour is
 * written as published, `2024-06-17 5:00:00`, and sorted as a time.
 */
export function hourlyUsage(
  meterId: string,
  places: readonly Place[],
  products: readonly Product[],
  bindings: Bindings,
): string | undefined {
  const { bind } = bindings;
  const parts = places.flatMap(({ ranges, rules }) =>
    rules.rules
      .filter(({ measure }) => measure === 'core-hours')
      .map(
        (rule) => `
  SELECT ${bind('String', rule.product)} AS title, ${bind('String', rule.sku)} AS sku, ${bind('String', rule.unit)} AS unit,
    hour, toString(license) AS key, sum(${coresSql(rules.coreFloorPerSocket)}) AS cores
  FROM ${countedHostsSql(scopeSql(meterId, ranges, bindings))}
  WHERE ${whereSql(rule.where, products, bindings)}
  GROUP BY hour, license`,
      ),
  );
  if (parts.length === 0) return undefined;
  return `
SELECT
  title AS \`Product\`, sku AS \`SKU\`, concat(toString(toDate(hour)), ' ', toString(toHour(hour)), ':00:00') AS \`Usage Hour\`,
  key AS \`License Key\`, concat(toString(cores), '.000') AS \`Quantity\`, unit AS \`Unit of Measurement\`
FROM (${parts.join('\n  UNION ALL')}
)
WHERE cores > 0
ORDER BY hour, title, sku, key`;
}

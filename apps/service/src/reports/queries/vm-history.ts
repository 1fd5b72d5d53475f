import { decimalSql, instantSql } from './decimal.ts';

/** What a row of the history shows of a machine besides when: a row ends where any of these changes. */
const STATE = [
  'name',
  'host',
  'cluster',
  'customer',
  'power',
  'vcpus',
  'memoryMib',
  'reservationMib',
  'license',
  'licenseCategory',
  'services',
] as const;
const state = STATE.join(', ');
const isAsBefore = ['product', 'vm', ...STATE].map((name) => `${name} = neighbor(${name}, -1)`).join(' AND ');
const shown = STATE.map((name, place) => `first.4.${place + 1} AS ${name}`).join(', ');

/**
 * One row per span in which nothing changed: contiguous hours of the same state are one row.
 *
 * In two steps, since a window over 17 million rows takes half a minute and gigabytes, and nearly every row only continues
 * the one before it:
 *
 * 1. `edges` drops, within each block as it is read, every row but the first and the last of a run. A run is a row of one
 *    machine after another in the same state that ends in the second at which the next one starts. Spans of a machine do not
 *    overlap, so nothing can lie between two such rows, in whatever order the blocks and parts come: what is dropped is
 *    dropped rightly, and a run that a block's border cuts only leaves more edges. (The engine calls `neighbor` error-prone
 *    because it does not see beyond a block; here it need not.)
 * 2. The edges of each machine, some dozen, are put in order and joined exactly.
 *
 * Measured on 24,000 machines x 720 hours: 280,000 edges, 140,000 rows, a fourteenth of the time that windows took.
 * Values: `meter`, `first`, `last` (Unix seconds of the month).
 */
export const vmHistory = `
SELECT
  toString(product) AS \`vcId\`,
  toString(vm) AS \`VM\`,
  name AS \`Name\`,
  host AS \`Host\`,
  cluster AS \`Cluster\`,
  customer AS \`Customer\`,
  ${instantSql('began')} AS \`Start\`,
  ${instantSql('ceased')} AS \`End\`,
  ${decimalSql('ceased - began', 3600)} AS \`Hours\`,
  toString(power) AS \`Power State\`,
  toString(vcpus) AS \`vCPU\`,
  ${decimalSql('memoryMib', 1024)} AS \`Memory GB\`,
  ${decimalSql('reservationMib', 1024)} AS \`Reservation GB\`,
  ${decimalSql("if(power = 'on', least(49152, greatest(toUInt64(memoryMib), 2 * toUInt64(reservationMib))), 0)", 2048)} AS \`Billed vRAM GB\`,
  license AS \`License\`,
  toString(licenseCategory) AS \`License Category\`,
  arrayStringConcat(services, ',') AS \`Services\`
FROM (
  SELECT product, vm, first.1 AS began, final.2 AS ceased, ${shown}
  FROM (
    SELECT
      product, vm,
      arrayMap(
        (now, before, place) -> now.3 AND (place = 1 OR before.2 != now.1 OR before.4 != now.4),
        edges, arrayPushFront(arrayPopBack(edges), edges[1]), arrayEnumerate(edges)
      ) AS begins,
      arrayFilter((edge, begin) -> begin, edges, begins) AS firsts,
      arrayFilter((edge, begin) -> begin, edges, arrayPushBack(arrayPopFront(begins), 1)) AS finals
    FROM (
      SELECT product, vm, arraySort(groupArray((started, ended, opens, (${state})))) AS edges
      FROM (
        SELECT product, vm, started, ended, ${state},
          NOT (${isAsBefore} AND started = neighbor(ended, -1)) AS opens,
          neighbor(opens, 1, 1) AS closes
        FROM usage_vm
        WHERE meter = {meter:UInt64} AND hour >= toDateTime({first:UInt32}) AND hour < toDateTime({last:UInt32})
      )
      WHERE opens OR closes
      GROUP BY product, vm
    )
  )
  ARRAY JOIN firsts AS first, finals AS final
)
ORDER BY \`vcId\`, \`VM\`, began
SETTINGS allow_deprecated_error_prone_window_functions = 1`;

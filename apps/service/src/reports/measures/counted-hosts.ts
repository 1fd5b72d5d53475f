/**
 * SQL text of the hosts that count: one row for each (product, host, hour) in which a VM ran on it at any moment, as its last
 * span with a running VM says. Filters come after it: the span that counts is filtered, never an earlier one.
 */
export function countedHostsSql(scope: string): string {
  return `(
    SELECT product, hour, counted.1 AS cluster, counted.2 AS sockets, counted.3 AS coresPerSocket, counted.4 AS license,
      counted.5 AS licenseCategory
    FROM (
      SELECT product, hour, argMax((cluster, sockets, coresPerSocket, license, licenseCategory), started) AS counted
      FROM usage_host
      WHERE ${scope} AND runningVms > 0
      GROUP BY product, host, hour
    )
  )`;
}

/** SQL text of a host's cores, a socket counting as `floor` at least. */
export function coresSql(floor: number): string {
  return `toUInt64(sockets) * greatest(coresPerSocket, ${floor})`;
}

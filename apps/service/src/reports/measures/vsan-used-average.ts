/** Used capacity of clusters x seconds, MiB-seconds. */
export function vsanUsedAverage(scope: string, taken: string): string {
  return `
SELECT toString(sum(toUInt128(vsanUsedMib) * toUInt128(ended - started))) AS numerator
FROM usage_cluster
WHERE ${scope} AND ${taken}`;
}

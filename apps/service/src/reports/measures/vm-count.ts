/** The machines that were there, on or off, each once: a row for each `label`. */
export function vmCount(scope: string, label: string, taken: string): string {
  return `
SELECT ${label} AS label, toString(uniqExact(product, vm)) AS numerator
FROM usage_vm
WHERE ${scope} AND ${taken}
GROUP BY label`;
}

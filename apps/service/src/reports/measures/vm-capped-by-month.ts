/**
 * Billed memory of machines whose month is capped: each machine's sum, at most `most`, added up by customer. A machine is one
 * within one printed row, so the rows of customers do not add up to the row of the meter, and each is asked for by its own
 * `label`.
 */
export function vmCappedByMonth(
  scope: string,
  label: string,
  amount: string,
  taken: string,
  most: string,
): string {
  return `
SELECT label, toString(sum(least(machine, toUInt128(${most})))) AS numerator
FROM (
  SELECT ${label} AS label, product, vm, sum(${amount}) AS machine
  FROM usage_vm
  WHERE ${scope} AND ${taken}
  GROUP BY label, product, vm
)
GROUP BY label`;
}

/**
 * Every rule whose numerator adds up, in one pass over the machines: a row for each customer, a column `r0`, `r1`, … for
 * each rule. `rules` are SQL texts: what a row adds, and whether the rule takes it.
 */
export function vmSums(
  scope: string,
  label: string,
  rules: readonly { readonly amount: string; readonly taken: string }[],
): string {
  const sums = rules.map(({ amount, taken }, place) => `toString(sumIf(${amount}, ${taken})) AS r${place}`);
  return `
SELECT ${label} AS label, ${sums.join(', ')}
FROM usage_vm
WHERE ${scope}
GROUP BY label`;
}

/**
 * SQL text that writes `numerator / denominator`, neither negative, with three decimals, half away from zero: the engine's
 * twin of the oracle's division. Integers of 128 bits throughout, so a product of 2^53 MiB with a thousand is exact.
 */
export function decimalSql(numerator: string, denominator: number): string {
  const thousandths = `intDiv(toUInt128(${numerator}) * 2000 + ${denominator}, ${2 * denominator})`;
  return `concat(toString(intDiv(${thousandths}, 1000)), '.', leftPad(toString(${thousandths} % 1000), 3, '0'))`;
}

/** SQL text that writes an instant as `2023-01-01T05:00:00Z`. */
export function instantSql(instant: string): string {
  return `formatDateTime(${instant}, '%Y-%m-%dT%H:%i:%SZ')`;
}

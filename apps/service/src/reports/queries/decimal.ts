/**
 * SQL text of `numerator / denominator` in thousandths, neither negative, half away from zero: the engine's twin of the
 * oracle's division. Integers of 128 bits, so that 2^53 MiB times two thousand is exact.
 */
export function thousandthsSql(numerator: string, denominator: number): string {
  return `intDiv(toUInt128(${numerator}) * 2000 + ${denominator}, ${2 * denominator})`;
}

/** SQL text that writes thousandths as a decimal: 1500 as `1.500`. */
export function decimalSql(thousandths: string): string {
  return `concat(toString(intDiv(${thousandths}, 1000)), '.', leftPad(toString(${thousandths} % 1000), 3, '0'))`;
}

/** SQL text that writes an instant as `2023-01-01T05:00:00Z`. */
export function instantSql(instant: string): string {
  return `formatDateTime(${instant}, '%Y-%m-%dT%H:%i:%SZ')`;
}

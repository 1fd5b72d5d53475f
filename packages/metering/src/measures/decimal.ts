/** Exact decimals as strings, and the one rounding of every printed figure. No figure is ever a binary fraction. */

/** A quotient that has not been divided yet. The denominator is above 0. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Decimals of every printed quantity. */
export const DECIMALS = 3;

/** Divides once and rounds to 3 decimals, half away from zero: `0.0005` is `0.001`, `-0.0005` is `-0.001`. Always 3 decimals. */
export function roundHalfAway({ numerator, denominator }: Ratio): string {
  if (denominator <= 0n) throw new RangeError(`a measure divides by ${denominator}`);
  const negative = numerator < 0n;
  const scaled = (negative ? -numerator : numerator) * 10n ** BigInt(DECIMALS);
  const rounded = (2n * scaled + denominator) / (2n * denominator);
  return place(negative ? -rounded : rounded, DECIMALS);
}

/** Points of a printed quantity: `quantity x perUnit`, exact; 3 decimals, more only where they are not zero. */
export function points(quantity: string, perUnit: string): string {
  const [a, b] = [parse(quantity), parse(perUnit)];
  let digits = a.digits * b.digits;
  let scale = a.scale + b.scale;
  for (; scale < DECIMALS; scale++) digits *= 10n;
  for (; scale > DECIMALS && digits % 10n === 0n; scale--) digits /= 10n;
  return place(digits, scale);
}

/** The exact sum of decimals; 3 decimals, more only where a term has them. */
export function addDecimals(...terms: readonly string[]): string {
  const parsed = terms.map(parse);
  const scale = Math.max(DECIMALS, ...parsed.map((term) => term.scale));
  return place(
    parsed.reduce((sum, term) => sum + term.digits * 10n ** BigInt(scale - term.scale), 0n),
    scale,
  );
}

/** A decimal as a quotient, to compute with. Throws a RangeError for anything but `-12.345`. */
export function decimalRatio(text: string): Ratio {
  const { digits, scale } = parse(text);
  return { numerator: digits, denominator: 10n ** BigInt(scale) };
}

interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

function parse(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`${JSON.stringify(text)} is no decimal such as 12.345`);
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = BigInt(whole + fraction);
  return { digits: sign ? -digits : digits, scale: fraction.length };
}

function place(digits: bigint, scale: number): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const cut = text.length - scale;
  return `${digits < 0n ? '-' : ''}${text.slice(0, cut)}${scale > 0 ? `.${text.slice(cut)}` : ''}`;
}

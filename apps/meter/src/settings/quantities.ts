/** Times, sizes and parts as people write them. Plain numbers are seconds, bytes and parts of one. */

const seconds: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 };
const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

export type QuantityKind = 'time' | 'size' | 'part';

/** What a fault says that the text should be. */
export const QUANTITY_FORMS: Readonly<Record<QuantityKind, string>> = {
  time: 'a time such as 30s, 10m, 2h or 40d',
  size: 'a size such as 512MiB, 10GB or 10 GiB',
  part: 'a part such as 80% or 0.8',
};

/** Seconds, bytes or a part of one; undefined when the text is none. */
export function readQuantity(kind: QuantityKind, value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z%]*)\s*$/.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const factor = factorOf(kind, unit);
  if (factor === undefined) return undefined;
  const number = Number(digits) * factor;
  if (kind === 'part') return number;
  return Number.isSafeInteger(number) ? number : undefined;
}

function factorOf(kind: QuantityKind, unit: string): number | undefined {
  if (kind === 'part') return unit === '%' ? 0.01 : unit === '' ? 1 : undefined;
  if (unit === '') return 1;
  const factors = kind === 'time' ? seconds : bytes;
  return Object.hasOwn(factors, unit) ? factors[unit] : undefined;
}

/** The shortest whole form: `40d`, `90s`; sizes in powers of two where they fit. */
export function writeQuantity(kind: QuantityKind, value: number): string {
  if (kind === 'part') return `${Number((value * 100).toFixed(6))}%`;
  if (value === 0) return kind === 'time' ? '0s' : '0B';
  const units: readonly (readonly [string, number])[] =
    kind === 'time'
      ? [
          ['d', 86_400],
          ['h', 3600],
          ['m', 60],
          ['s', 1],
        ]
      : [
          ['TiB', 2 ** 40],
          ['GiB', 2 ** 30],
          ['MiB', 2 ** 20],
          ['TB', 1e12],
          ['GB', 1e9],
          ['MB', 1e6],
          ['KiB', 2 ** 10],
          ['B', 1],
        ];
  const [unit, factor] = units.find(([, factor]) => value % factor === 0) ?? ['', 1];
  return `${value / factor}${unit}`;
}

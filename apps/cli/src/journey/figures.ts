/** Figures of reports as they are printed: decimals of any length, never floats. */

const FIGURE = /^-?\d+(\.\d+)?$/;

export function isFigure(text: string): boolean {
  return FIGURE.test(text);
}

/** The sum, with as many decimals as the figure that has most; `0` of none. @throws RangeError for what is no figure */
export function sumOf(figures: readonly string[]): string {
  const scale = Math.max(0, ...figures.map(decimalsOf));
  return textOf(
    figures.reduce((sum, figure) => sum + unitsOf(figure, scale), 0n),
    scale,
  );
}

/** `to` less `from`. */
export function differenceOf(from: string, to: string): string {
  return sumOf([to, negative(from)]);
}

/** For sorting: below 0 when `a` is the smaller one. */
export function compareFigures(a: string, b: string): number {
  const scale = Math.max(decimalsOf(a), decimalsOf(b));
  const difference = unitsOf(a, scale) - unitsOf(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A figure with its sign: `+1.500`, `-0.250`; nothing before a zero. */
export function signed(figure: string): string {
  return figure.startsWith('-') || /^[0.]+$/.test(figure) ? figure : `+${figure}`;
}

/** Figures of one column with their points below each other: what has fewer decimals is filled up with blanks. */
export function alignedAtPoint(cells: readonly string[]): string[] {
  const after = (cell: string) => (cell.includes('.') ? cell.length - cell.indexOf('.') : 0);
  const widest = Math.max(0, ...cells.map(after));
  return cells.map((cell) => cell + ' '.repeat(widest - after(cell)));
}

function negative(figure: string): string {
  return figure.startsWith('-') ? figure.slice(1) : `-${figure}`;
}

function decimalsOf(figure: string): number {
  return figure.split('.')[1]?.length ?? 0;
}

function unitsOf(figure: string, scale: number): bigint {
  if (!isFigure(figure)) throw new RangeError(`"${figure}" is no figure.`);
  const [whole, part = ''] = figure.split('.');
  return BigInt(whole + part.padEnd(scale, '0'));
}

function textOf(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return units < 0n ? `-${text}` : text;
}

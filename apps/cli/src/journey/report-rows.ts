import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { compareFigures, isFigure, sumOf } from './figures.ts';
import type { ReportTable } from './read-report.ts';

type Row = readonly string[];
type Test = (row: Row) => boolean;

const TERM = /^\s*(.+?)\s*(==|!=|=gt=|=ge=|=lt=|=le=)\s*(.*?)\s*$/;

/**
 * Keeps the rows that a filter names: comparisons of columns as in the API's lists, `;` for and, `,` for or (`;` binds
 * closer). `==` and `!=` take `*` for anything; the others compare figures as figures, other texts letter by letter.
 * A value that holds `;` or `,` stands in quotes.
 *
 * @example Product==vRAM*;Points=gt=100
 * @throws Failure that names every fault
 */
export function filterRows(table: ReportTable, filter: string): ReportTable {
  const faults: string[] = [];
  const alternatives = parts(filter, ',').map((all) =>
    parts(all, ';').map((term) => testOf(table, term, faults)),
  );
  if (faults.length > 0) throw new Failure('--filter has faults.', EXIT.usage, { faults });
  const rows = table.rows.filter((row) => alternatives.some((all) => all.every((test) => test(row))));
  return { columns: table.columns, rows };
}

/** Sorts by columns, `-` descending; figures as figures. Rows that are alike stay in the report's order. */
export function sortRows(table: ReportTable, sort: string): ReportTable {
  const faults: string[] = [];
  const orders = sort.split(',').map((term) => {
    const down = term.trim().startsWith('-');
    const at = placeOf(table, term.trim().replace(/^-/, ''), faults);
    return (a: Row, b: Row) => compareCells(a[at]!, b[at]!) * (down ? -1 : 1);
  });
  if (faults.length > 0) throw new Failure('--sort has faults.', EXIT.usage, { faults });
  const rows = table.rows.toSorted((a, b) => {
    for (const order of orders) {
      const way = order(a, b);
      if (way !== 0) return way;
    }
    return 0;
  });
  return { columns: table.columns, rows };
}

/** Columns that may be added up, each with the column that must then be the same in all rows. */
const SUMMED: Readonly<Record<string, string | undefined>> = {
  'Units to be Reported': 'Unit of Measure',
  Points: undefined,
  Hours: undefined,
  Quantity: 'Unit of Measurement',
};

/** Exact sums by column, of those that mean something: GB are not added to machines, and hours that miss not at all. */
export function totalsOf({ columns, rows }: ReportTable): ReadonlyMap<string, string> {
  const totals = new Map<string, string>();
  if (rows.length === 0) return totals;
  for (const [at, name] of columns.entries()) {
    if (!(name in SUMMED)) continue;
    const unit = columns.indexOf(SUMMED[name] ?? '');
    if (unit >= 0 && rows.some((row) => row[unit] !== rows[0]![unit])) continue;
    const figures = rows.map((row) => row[at]!).filter((cell) => cell !== '');
    if (figures.length > 0 && figures.every(isFigure)) totals.set(name, sumOf(figures));
  }
  return totals;
}

function compareCells(a: string, b: string): number {
  if (isFigure(a) && isFigure(b)) return compareFigures(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function testOf(table: ReportTable, text: string, faults: string[]): Test {
  const [, name = '', operator = '', quoted = ''] = TERM.exec(text) ?? [];
  if (operator === '') {
    faults.push(`"${text.trim()}" is no comparison: write one such as Product==vRAM or Points=gt=100.`);
    return () => false;
  }
  const at = placeOf(table, name, faults);
  const value = /^(["']).*\1$/.test(quoted) ? quoted.slice(1, -1) : quoted;
  if (operator === '==' || operator === '!=') {
    const like = likeness(value);
    return (row) => like(row[at] ?? '') === (operator === '==');
  }
  const holds = {
    '=gt=': (way: number) => way > 0,
    '=ge=': (way: number) => way >= 0,
    '=lt=': (way: number) => way < 0,
    '=le=': (way: number) => way <= 0,
  }[operator]!;
  return (row) => row[at] !== '' && holds(compareCells(row[at]!, value));
}

/** Equal figures are equal in any number of decimals; `*` stands for anything. */
function likeness(value: string): (cell: string) => boolean {
  if (isFigure(value)) return (cell) => isFigure(cell) && compareFigures(cell, value) === 0;
  if (!value.includes('*')) return (cell) => cell === value;
  const pattern = value.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${pattern.join('.*')}$`, 's');
  return (cell) => whole.test(cell);
}

/** Case and blanks of a column's name do not matter: a shell is no place for `Units to be Reported`. */
function placeOf({ columns }: ReportTable, name: string, faults: string[]): number {
  const bare = (text: string) => text.toLowerCase().replace(/[\s_-]/g, '');
  const at = columns.findIndex((column) => bare(column) === bare(name));
  if (at < 0) faults.push(`There is no column "${name}". There are: ${columns.join(', ')}.`);
  return at;
}

/** Splits at a sign that stands outside of quotes. */
function parts(text: string, at: ',' | ';'): string[] {
  const found = [''];
  let quote = '';
  for (const letter of text) {
    if (quote === '' && letter === at) {
      found.push('');
      continue;
    }
    if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else if (letter === quote) quote = '';
    found[found.length - 1] += letter;
  }
  return found;
}

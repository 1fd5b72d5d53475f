import type { ReportTable } from '../journey/read-report.ts';
import { count } from './numbers.ts';
import { dim } from './style.ts';
import { table } from './table.ts';

const NUMBER = /^-?\d+(\.\d+)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Between two columns, and before the first. */
const GAP = 2;

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
}

/**
 * Draws the first rows of a report. Columns in which these rows have nothing are left out. Where the rest is wider than
 * `width`, UUIDs are shown by their beginning, and the last columns that do not fit are named instead of shown.
 */
export function drawReport(
  { columns, rows }: ReportTable,
  { limit, width = Number.POSITIVE_INFINITY }: { readonly limit: number; readonly width?: number },
): string {
  const shown = rows.slice(0, limit);
  const used = columns
    .map((name, index): Column => ({ name, cells: shown.map((row) => row[index] ?? '') }))
    .filter(({ cells }) => cells.length === 0 || cells.some((cell) => cell !== ''));
  const fitting = fit(used, width);
  const drawn = table(
    fitting.map(({ name }) => name),
    shown.map((_, row) => fitting.map(({ cells }) => cells[row]!)),
    {
      right: fitting.filter(({ cells }) => cells.every((cell) => NUMBER.test(cell))).map(({ name }) => name),
      empty: 'The report has no row.',
    },
  );
  const more = rows.length - shown.length;
  const left = used.slice(fitting.length).map(({ name }) => name);
  return [
    drawn,
    ...(more > 0 ? [dim(`  … and ${count(more)} more`)] : []),
    ...(left.length > 0 ? [dim(`  Not shown for want of room: ${left.join(', ')}`)] : []),
  ].join('\n');
}

function fit(columns: readonly Column[], width: number): readonly Column[] {
  if (widthOf(columns) <= width) return columns;
  const shorter = columns.map(({ name, cells }) => ({
    name,
    cells: cells.map((cell) => (UUID.test(cell) ? `${cell.slice(0, 8)}…` : cell)),
  }));
  let taken = shorter.length;
  while (taken > 1 && widthOf(shorter.slice(0, taken)) > width) taken -= 1;
  return shorter.slice(0, taken);
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce(
    (sum, { name, cells }) => sum + GAP + Math.max(name.length, ...cells.map(({ length }) => length)),
    0,
  );
}

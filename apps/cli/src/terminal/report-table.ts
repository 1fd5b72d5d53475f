import type { ReportTable } from '../journey/read-report.ts';
import { count } from './numbers.ts';
import { dim } from './style.ts';
import { table } from './table.ts';

/** A column whose cells are all numbers stands to the right. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/** Draws the first rows of a report. Columns in which these rows have nothing are left out, to fit a screen. */
export function drawReport({ columns, rows }: ReportTable, limit: number): string {
  const shown = rows.slice(0, limit);
  const used = columns.flatMap((column, index) =>
    shown.length === 0 || shown.some((row) => (row[index] ?? '') !== '') ? [{ column, index }] : [],
  );
  const right = used.flatMap(({ column, index }) =>
    shown.every((row) => NUMBER.test(row[index] ?? '')) ? [column] : [],
  );
  const drawn = table(
    used.map(({ column }) => column),
    shown.map((row) => used.map(({ index }) => row[index] ?? '')),
    { right, empty: 'The report has no row.' },
  );
  const more = rows.length - shown.length;
  return more > 0 ? `${drawn}\n${dim(`  … and ${count(more)} more`)}` : drawn;
}

import { print, printJson, screenWidth } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';
import { cellText } from './column.ts';
import { csvLine } from './csv.ts';
import { drawTable } from './draw-table.ts';
import type { Form } from './form.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Prints what a query picked. As JSON just as it is. Otherwise single values a line each, for `$(…)` and `xargs`; objects as
 * rows under their members; lists as rows without a header; nothing as nothing. What is deeper stands in its cell as JSON.
 */
export function printPicked(value: unknown, kind: Form['kind']): void {
  if (kind === 'json') {
    printJson(value);
    return;
  }
  if (value === null) return;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length > 0 && items.every(isRow)) {
    printRows(items, kind);
    return;
  }
  for (const item of items) {
    const cells: readonly unknown[] = Array.isArray(item) ? item : [item];
    print(
      kind === 'csv' ? csvLine(cells.map(cellText)) : cells.map((cell) => plain(cellText(cell))).join('\t'),
    );
  }
}

function printRows(rows: readonly Row[], kind: 'table' | 'csv'): void {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (kind === 'csv') {
    print(csvLine(names));
    for (const row of rows) print(csvLine(names.map((name) => cellText(row[name]))));
    return;
  }
  const columns = names.map((name) => ({ name, title: name }));
  const cells = rows.map((row) => names.map((name) => cellText(row[name])));
  print(drawTable(columns, cells, { width: screenWidth() }));
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { stringify } from 'csv-stringify/sync';
import { type Cell, cellText } from './column.ts';

/**
 * One line of CSV (RFC 4180), without its end. A text that a spreadsheet would run as a formula is guarded by an apostrophe.
 */
export function csvLine(cells: readonly Cell[]): string {
  return stringify([cells.map(cellText)], { escape_formulas: true, eof: false });
}

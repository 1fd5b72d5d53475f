/** Tab-separated values: one header line, LF, nothing escaped. Control characters never come this far, so nothing has to be. */
import type { Row } from './order.ts';

/** The whole text, ending in LF. A report without rows is its header line. */
export function toTsv(columns: readonly string[], rows: readonly Row[]): string {
  return [columns, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}

import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { plain } from './plain.ts';
import { bold, dim } from './style.ts';

const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '  ',
  'left-mid': '  ',
  mid: '─',
  'mid-mid': '──',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

export interface TableOptions {
  /** Columns of numbers, which stand to the right. */
  readonly right?: readonly string[];
  /** Said when there is no row. */
  readonly empty?: string;
}

/** An aligned table with one line under its header. Cells come from elsewhere, so control characters are taken out. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  if (rows.length === 0) return dim(`  ${options.empty ?? 'Nothing.'}`);
  const drawn = new Table({
    head: columns.map((column) => bold(plain(column))),
    chars: { ...LINES, mid: dim('─'), 'mid-mid': dim('──'), 'left-mid': '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => (options.right?.includes(column) ? 'right' : 'left')),
  });
  drawn.push(...rows.map((row) => row.map(plain)));
  const lines = drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  // The library draws a line between all rows; one under the header is enough.
  return lines.filter((line, index) => index < 2 || !isRule(line)).join('\n');
}

function isRule(line: string): boolean {
  return /^[\s─]+$/.test(stripVTControlCharacters(line)) && line.includes('─');
}

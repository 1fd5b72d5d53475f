import { plain } from '../terminal/plain.ts';
import { bold } from '../terminal/style.ts';
import { type Column, textOf, titleOf } from './column.ts';

/** One item, a line for each column that has a value. */
export function factLines<Item>(columns: readonly Column<Item>[], item: Item): string[] {
  const width = Math.max(0, ...columns.map((column) => titleOf(column).length));
  return columns
    .map((column) => [titleOf(column), textOf(column, item)] as const)
    .filter(([, text]) => text !== '')
    .map(([title, text]) => `  ${bold(title.padEnd(width))}  ${plain(text)}`);
}

import { dim } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { type Column, titleOf } from './column.ts';

/** Between two columns, and before the first. */
const GAP = 2;

interface Drawing {
  readonly empty?: string;
  /** Characters of a line; the last columns that do not fit are named instead of shown. */
  readonly width?: number;
}

/** Draws rows under the titles of their columns. */
export function drawTable(
  columns: readonly Pick<Column<never>, 'name' | 'title' | 'right'>[],
  rows: readonly (readonly string[])[],
  { empty, width = Number.POSITIVE_INFINITY }: Drawing = {},
): string {
  const widths = columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, row[index]!.length), titleOf(column).length),
  );
  const shown = fitting(widths, width);
  const titles = columns.slice(0, shown).map(titleOf);
  const drawn = table(
    titles,
    rows.map((row) => row.slice(0, shown)),
    {
      right: columns.filter(({ right }) => right).map(titleOf),
      ...(empty !== undefined && { empty }),
    },
  );
  if (shown === columns.length || rows.length === 0) return drawn;
  const left = columns.slice(shown).map(({ name }) => name);
  return `${drawn}\n${dim(`  Not shown for want of room: ${left.join(', ')}; --columns chooses.`)}`;
}

/** How many columns, from the first, a line has room for; the first always. */
function fitting(widths: readonly number[], width: number): number {
  let taken = 0;
  let count = 0;
  for (const column of widths) {
    taken += GAP + column;
    if (count > 0 && taken > width) break;
    count += 1;
  }
  return count;
}

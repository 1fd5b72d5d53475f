import { alignedAtPoint, isFigure } from '../journey/figures.ts';
import type { ReportTable } from '../journey/read-report.ts';
import { count } from './numbers.ts';
import { bold, dim } from './style.ts';
import { table } from './table.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const INSTANT = /^\d{4}-(\d\d-\d\d)T(\d\d:\d\d):\d\dZ$/;
/** Between two columns, and before the first. */
const GAP = 2;
/** Where room is short a text is cut to this. */
const SHORT = 24;

/** What columns are called where room is short. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  'Units to be Reported': 'Units',
  'Unit of Measure': 'Unit',
  'Unit of Measurement': 'Unit',
  'Missing Hours': 'Missing',
  'Power State': 'Power',
  'Memory GB': 'Mem GB',
  'Reservation GB': 'Res GB',
  'Billed vRAM GB': 'vRAM GB',
  'License Category': 'Category',
};

/** Which columns stay where room is short, from the one that says most. What is not here goes first, the last one before. */
const TELLING = [
  ...[
    'Product',
    'Name',
    'VM',
    'Usage Hour',
    'Units to be Reported',
    'Quantity',
    'Points',
    'Start',
    'End',
    'Hours',
  ],
  ...['Billed vRAM GB', 'Used GB', 'Raw TiB', 'Customer', 'Cluster', 'Trend', 'SKU', 'Missing Hours'],
  ...['Unit of Measure', 'Unit of Measurement', 'Contract', 'Site', 'Power State', 'vCPU', 'Memory GB'],
  ...['License Key', 'Edition', 'Features', 'License Category', 'Reservation GB', 'Services', 'Host'],
];

/** Names, though they may be made of digits alone. */
const NAMES = new Set(['Contract', 'Site', 'SKU', 'Customer', 'Name', 'Host', 'Cluster', 'Product']);

interface Column {
  readonly name: string;
  readonly title: string;
  /** Of the shown rows, and of the total where there is one. */
  readonly cells: readonly string[];
  readonly figures: boolean;
}

interface Drawing {
  /** Rows that are shown. */
  readonly limit: number;
  /** Characters of a line. */
  readonly width?: number;
  /** Sums of all rows by column: a last line. */
  readonly totals?: ReadonlyMap<string, string>;
}

/**
 * Draws the first rows of a report, figures with their points below each other. Columns in which these rows have nothing are
 * left out. Where the rest is wider than `width`, one step after the other is taken until it fits: UUIDs are shown by their
 * beginning, instants without year and seconds, names of columns are shortened; what is the same in every row is said once,
 * above; texts are cut; the columns that tell least are named below instead of shown.
 */
export function drawReport(
  { columns, rows }: ReportTable,
  { limit, width = Number.POSITIVE_INFINITY, totals = new Map() }: Drawing,
): string {
  const shown = rows.slice(0, limit);
  const summed = totals.size > 0 && rows.length > 1;
  const used = columns
    .map((name, at): Column => {
      const cells = shown.map((row) => row[at] ?? '');
      const figures =
        !NAMES.has(name) && cells.every((cell) => cell === '' || isFigure(cell)) && cells.some(isFigure);
      return { name, title: name, cells: summed ? [...cells, totals.get(name) ?? ''] : cells, figures };
    })
    .filter(({ cells }) => cells.length === 0 || cells.some((cell) => cell !== ''));
  const { fitting: found, same, left } = fit(used, width, shown.length);
  const total = summed && found.some(({ name }) => totals.has(name));
  const fitting = summed ? found.map(total ? namingTotal() : withoutTotal) : found;
  const drawn = table(
    fitting.map(({ title }) => title),
    (fitting[0]?.cells ?? []).map((_, row) => fitting.map(({ cells }) => cells[row]!)),
    {
      right: fitting.filter(({ figures }) => figures).map(({ title }) => title),
      empty: 'The report has no row.',
    },
  );
  const more = rows.length - shown.length;
  return [
    ...(same.length > 0 ? [dim(`  In every row here: ${same.join(', ')}`)] : []),
    total ? ruled(drawn) : drawn,
    ...(more > 0 ? [dim(`  … and ${count(more)} more${total ? ', which the total counts' : ''}`)] : []),
    ...(left.length > 0 ? [dim(`  Not shown for want of room: ${left.join(', ')}`)] : []),
  ].join('\n');
}

/** The first column of texts says what the last line is. */
function namingTotal(): (column: Column) => Column {
  let named = false;
  return (column) => {
    if (named || column.figures) return column;
    named = true;
    return { ...column, cells: [...column.cells.slice(0, -1), 'Total'] };
  };
}

function withoutTotal(column: Column): Column {
  return { ...column, cells: column.cells.slice(0, -1) };
}

/** A line of its own, under a rule as the header's. */
function ruled(drawn: string): string {
  const lines = drawn.split('\n');
  return [...lines.slice(0, -1), lines[1] ?? '', bold(lines.at(-1) ?? '')].join('\n');
}

interface Fitting {
  readonly fitting: readonly Column[];
  /** Columns that say the same in every row, with what they say. */
  readonly same: readonly string[];
  /** Columns that found no room. */
  readonly left: readonly string[];
}

function fit(columns: readonly Column[], width: number, rows: number): Fitting {
  const aligned = columns.map((column) =>
    column.figures ? { ...column, cells: alignedAtPoint(column.cells) } : column,
  );
  if (widthOf(aligned) <= width) return { fitting: aligned, same: [], left: [] };
  const shorter = aligned.map((column) => ({
    ...column,
    title: SHORT_NAMES[column.name] ?? column.name,
    cells: column.cells.map(shortened),
  }));
  if (widthOf(shorter) <= width) return { fitting: shorter, same: [], left: [] };

  const isSame = ({ name, cells, figures }: Column) =>
    !figures &&
    name !== 'Trend' &&
    rows > 1 &&
    cells[0] !== '' &&
    cells.slice(0, rows).every((cell) => cell === cells[0]);
  const differing = shorter.filter((column) => !isSame(column));
  const same = shorter
    .filter((column) => !differing.includes(column))
    .map(({ title, cells }) => `${title} ${cutText(cells[0]!)}`);
  const cut = differing.map((column) => ({ ...column, cells: column.cells.map(cutText) }));
  const taken = [...cut];
  const left: Column[] = [];
  while (taken.length > 1 && widthOf(taken) > width) {
    const least = taken.toSorted((a, b) => rank(b) - rank(a) || cut.indexOf(b) - cut.indexOf(a))[0]!;
    taken.splice(taken.indexOf(least), 1);
    left.unshift(least);
  }
  const names = cut.filter((column) => left.includes(column)).map(({ name }) => name);
  return { fitting: taken, same, left: names };
}

function shortened(cell: string): string {
  if (UUID.test(cell)) return `${cell.slice(0, 8)}…`;
  return cell.replace(INSTANT, '$1 $2');
}

function cutText(cell: string): string {
  return cell.length > SHORT ? `${cell.slice(0, SHORT - 1)}…` : cell;
}

function rank({ name }: Column): number {
  const at = TELLING.indexOf(name);
  return at < 0 ? TELLING.length : at;
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce(
    (sum, { title, cells }) => sum + GAP + Math.max(title.length, ...cells.map(({ length }) => length)),
    0,
  );
}

/** Gives names back to single cells and counts what it did. */
import { REPORTS, type ReportType } from '@meterhouse/contract';

/** Columns that may hold a hidden name. */
const NAME_COLUMNS: ReadonlySet<string> = new Set(['Name', 'Host', 'Cluster', 'Customer']);

/** How a hidden name looks, with the mark of two that shared one. */
const HIDDEN = /^(?:vm|host|cluster|customer)-[0-9a-f]{32}(?: #[0-9a-f]{6})?$/;
const MARK = ' #xxxxxx'.length;

export interface Counts {
  /** Cells that got their name back. */
  replaced: number;
  /** Cells with a hidden name that the names do not have: hidden by another meter, or with another key. */
  unknown: number;
}

export class NamesBack {
  readonly #names: ReadonlyMap<string, string>;
  readonly counts: Counts = { replaced: 0, unknown: 0 };

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  /** The name behind a whole cell; undefined when the cell stays as it is. */
  of(cell: string): string | undefined {
    // Most cells are no hidden names, and the shortest has this length.
    if (cell.length < 35 || !HIDDEN.test(cell)) return undefined;
    const whole = this.#names.get(cell);
    const marked = cell.at(-7) === '#' ? this.#names.get(cell.slice(0, -MARK)) : undefined;
    const name = whole ?? (marked === undefined ? undefined : marked + cell.slice(-MARK));
    if (name === undefined) this.counts.unknown += 1;
    else this.counts.replaced += 1;
    return name;
  }
}

/** Which report has these columns; undefined when none has. */
export function reportOf(columns: readonly string[]): ReportType | undefined {
  return (Object.keys(REPORTS) as ReportType[]).find((type) => {
    const own: readonly string[] = REPORTS[type].columns;
    return own.length === columns.length && own.every((name, at) => name === columns[at]);
  });
}

/** Places of the columns that may hold a hidden name. */
export function nameColumns(columns: readonly string[]): readonly number[] {
  return columns.flatMap((name, at) => (NAME_COLUMNS.has(name) ? [at] : []));
}

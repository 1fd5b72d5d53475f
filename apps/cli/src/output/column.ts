/** What may stand in one cell: as the API gives it, so that scripts can count and compare it. */
export type Cell = string | number | boolean | null | undefined;

/**
 * One column of a list, or one line of a single item. Its `name` is what scripts call it: the member of the JSON, the header
 * of the CSV, and what `--columns` takes; its `title` is what people read.
 */
export interface Column<Item> {
  readonly name: string;
  /** Left out: made from the name, `createdAt` → `Created at`. */
  readonly title?: string;
  /** The value of an item. Left out: its member of that name. */
  readonly of?: (item: Item) => Cell;
  /** The value as a person reads it, in tables alone. */
  readonly show?: (value: Cell, item: Item) => string;
  /** A column of numbers, which stand to the right. */
  readonly right?: boolean;
  /** Left out of tables, unless `--columns` names it; always in CSV. */
  readonly extra?: boolean;
}

export function titleOf({ name, title }: Pick<Column<never>, 'name' | 'title'>): string {
  if (title !== undefined) return title;
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function cellOf<Item>({ name, of }: Column<Item>, item: Item): Cell {
  return of === undefined ? ((item as Readonly<Record<string, Cell>>)[name] ?? undefined) : of(item);
}

/** The cell of a table; nothing is an empty one. */
export function textOf<Item>(column: Column<Item>, item: Item): string {
  const value = cellOf(column, item);
  if (column.show !== undefined) return column.show(value, item);
  return cellText(value);
}

/** A value in letters: nothing is empty; what a server gives instead of a plain value is its JSON. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

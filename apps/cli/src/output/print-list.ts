import { print, printJson, screenWidth } from '../terminal/output.ts';
import { type Column, cellOf, textOf } from './column.ts';
import type { Form } from './form.ts';

interface ListWords {
  /** Said in place of a table without rows. */
  readonly empty?: string;
  /** Says more, on standard error, when there is no item, in whatever form. */
  readonly onEmpty?: () => Promise<void>;
}

type Items<Item> = AsyncIterable<Item> | Iterable<Item>;

/**
 * Prints a list in the form that was asked for. JSON and CSV are written as the items come, so that a list may be longer
 * than memory; a table and a query wait for all of it.
 */
export async function printList<Item>(
  items: Items<Item>,
  columns: readonly Column<Item>[],
  form: Form,
  words: ListWords = {},
): Promise<void> {
  const wanted = chosen(columns, form);
  let empty = true;
  async function* seen() {
    for await (const item of items) {
      empty = false;
      yield item;
    }
  }
  if (form.query !== undefined) await printPickedOf(seen(), form.query, form.kind);
  else if (form.kind === 'json') await printJsonList(seen(), form.columns && wanted);
  else if (form.kind === 'csv') await printCsv(seen(), wanted);
  else await printTable(seen(), wanted, words);
  if (empty) await words.onEmpty?.();
}

async function printPickedOf<Item>(
  items: Items<Item>,
  query: NonNullable<Form['query']>,
  kind: Form['kind'],
): Promise<void> {
  const { printPicked } = await import('./print-picked.ts');
  printPicked(query(await Array.fromAsync(items)), kind);
}

async function printCsv<Item>(items: Items<Item>, columns: readonly Column<Item>[]): Promise<void> {
  const { csvLine } = await import('./csv.ts');
  print(csvLine(columns.map(({ name }) => name)));
  for await (const item of items) print(csvLine(columns.map((column) => cellOf(column, item))));
}

async function printTable<Item>(
  items: Items<Item>,
  columns: readonly Column<Item>[],
  words: ListWords,
): Promise<void> {
  const rows = [];
  for await (const item of items) rows.push(columns.map((column) => textOf(column, item)));
  const { drawTable } = await import('./draw-table.ts');
  print(drawTable(columns, rows, { ...words, width: screenWidth() }));
}

/** Draws a list as the table that it is printed as, for who shows more than the list. */
export async function drawList<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  empty: string,
): Promise<string> {
  const shown = columns.filter(({ extra }) => !extra);
  const { drawTable } = await import('./draw-table.ts');
  const rows = items.map((item) => shown.map((column) => textOf(column, item)));
  return drawTable(shown, rows, { empty, width: screenWidth() });
}

/** Prints one item: its columns a line each, or what `draw` makes of it for people. */
export async function printItem<Item>(
  item: Item,
  columns: readonly Column<Item>[],
  form: Form,
  draw?: (item: Item) => string | Promise<string>,
): Promise<void> {
  if (form.query !== undefined) {
    const { printPicked } = await import('./print-picked.ts');
    return printPicked(form.query(item), form.kind);
  }
  if (form.kind === 'json')
    return printJson(form.columns === undefined ? item : pick(chosen(columns, form), item));
  if (form.kind === 'csv') return printCsv([item], chosen(columns, form));
  if (draw !== undefined && form.columns === undefined) return print(await draw(item));
  const { factLines } = await import('./fact-lines.ts');
  for (const line of factLines(chosen(columns, form), item)) print(line);
}

/** The columns that were named, in that order; otherwise all in CSV, and those that are not extra in a table. */
function chosen<Item>(columns: readonly Column<Item>[], form: Form): readonly Column<Item>[] {
  if (form.columns !== undefined) {
    return form.columns.flatMap((name) => columns.filter((column) => column.name === name));
  }
  return form.kind === 'table' ? columns.filter(({ extra }) => !extra) : columns;
}

async function printJsonList<Item>(
  items: Items<Item>,
  wanted: readonly Column<Item>[] | undefined,
): Promise<void> {
  let before = '[\n';
  for await (const item of items) {
    const json = JSON.stringify(wanted === undefined ? item : pick(wanted, item), null, 2);
    process.stdout.write(`${before}${json.replaceAll(/^/gm, '  ')}`);
    before = ',\n';
  }
  print(before === '[\n' ? '[]' : '\n]');
}

function pick<Item>(columns: readonly Column<Item>[], item: Item): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.name, cellOf(column, item)]));
}

import { print, printJson, screenWidth } from '../terminal/output.ts';
import { type Column, cellOf, textOf } from './column.ts';
import type { Form } from './form.ts';

interface ListWords {
  /** Said in place of a table without rows. */
  readonly empty?: string;
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
  if (form.query !== undefined) {
    const { printPicked } = await import('./print-picked.ts');
    return printPicked(form.query(await Array.fromAsync(items)), form.kind);
  }
  const wanted = chosen(columns, form);
  if (form.kind === 'json') return printJsonList(items, form.columns === undefined ? undefined : wanted);
  if (form.kind === 'csv') {
    const { csvLine } = await import('./csv.ts');
    print(csvLine(wanted.map(({ name }) => name)));
    for await (const item of items) print(csvLine(wanted.map((column) => cellOf(column, item))));
    return;
  }
  const rows = [];
  for await (const item of items) rows.push(wanted.map((column) => textOf(column, item)));
  const { drawTable } = await import('./draw-table.ts');
  print(drawTable(wanted, rows, { ...words, width: screenWidth() }));
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
  if (form.kind === 'csv') return printList([item], columns, form);
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

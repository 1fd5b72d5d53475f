import { type Command, InvalidArgumentError } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Column } from './column.ts';

/** The form of an answer: a table for people, JSON or CSV for scripts; of the chosen columns, or what the query picks. */
export interface Form {
  readonly kind: 'table' | 'json' | 'csv';
  readonly columns: readonly string[] | undefined;
  /** What `--query` makes of the JSON. */
  readonly query: ((value: unknown) => unknown) | undefined;
}

/** As commander read them. */
export interface FormOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly query?: string;
  readonly columns?: readonly string[];
}

/** What `--filter`, `--sort` and `--limit` ask of a list. */
export interface ListOptions extends FormOptions {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: number;
}

/** Gives a command that shows something `--csv`, `--query` and `--columns`; `--json` every command has. */
export function withForms<Item>(command: Command, columns: readonly Column<Item>[]): Command {
  const names = columns.map(({ name }) => name);
  return command
    .optionsGroup('Form of the answer:')
    .option('--csv', 'as CSV with every column, for spreadsheets and scripts')
    .option('--query <jmespath>', 'only what this JMESPath expression picks of the JSON')
    .option('--columns <names>', `these columns, in this order: ${names.join(',')}`, (text) =>
      columnNames(text, names),
    );
}

/**
 * The same for a list, with `--filter`, `--sort` and `--limit`.
 * @param such a filter and a sort of this list, as a shell takes them
 */
export function withListForms<Item>(
  command: Command,
  columns: readonly Column<Item>[],
  such: { readonly filter: string; readonly sort: string },
): Command {
  command
    .optionsGroup('Which, and in what order:')
    .option(
      '--filter <fiql>',
      `such as ${such.filter} (; and, or); a field that is not there is answered with those that are`,
    )
    .option('--sort <fields>', `such as ${such.sort} (- descending, more fields after commas)`)
    .option('--limit <number>', 'so many at most; otherwise all', wholeNumber);
  return withForms(command, columns);
}

/**
 * The form that the options ask for. A query is compiled here, so that a fault of it is told before anything is asked.
 * @throws Failure when options contradict each other or the query is none
 */
export async function formOf(options: FormOptions): Promise<Form> {
  const { json, csv, query, columns } = options;
  const faults: string[] = [];
  if (json && csv) faults.push('--json and --csv: choose one.');
  if (query !== undefined && columns !== undefined)
    faults.push('--query and --columns: choose one; a query picks its columns itself.');
  if (faults.length > 0) throw new Failure('The options contradict each other.', EXIT.usage, { faults });
  const kind = json ? 'json' : csv ? 'csv' : 'table';
  if (query === undefined) return { kind, columns, query: undefined };
  const { compileQuery } = await import('./query.ts');
  return { kind, columns, query: compileQuery(query) };
}

function columnNames(text: string, known: readonly string[]): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `There is no column ${unknown.map((name) => `"${name}"`).join(', ')}. There are: ${known.join(', ')}.`,
    );
  }
  return names;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a number from 1.');
  return Number(text);
}

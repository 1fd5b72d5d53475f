import type { Column } from '../output/column.ts';
import { factLines } from '../output/fact-lines.ts';
import type { Form } from '../output/form.ts';
import { printItem } from '../output/print-list.ts';
import { note, print } from '../terminal/output.ts';
import { intoSecretFile } from './secret-file.ts';

/**
 * Makes something whose secret is told only once, and sees that it arrives. With a file it goes there and nowhere else.
 * Otherwise the secret alone goes to
 * standard output, and what there is to say of it to standard error; in JSON or by a query it is one of the members.
 * @throws Failure when the file is there already
 */
export async function keepSecret<Item>(
  make: () => Promise<unknown>,
  member: string,
  columns: readonly Column<Item>[],
  form: Form,
  path: string | undefined,
): Promise<void> {
  if (path !== undefined) return intoFile(make, member, columns, form, path);
  const made = (await make()) as Item & Readonly<Record<string, unknown>>;
  if (form.kind !== 'table' || form.query !== undefined || form.columns !== undefined) {
    return printItem(made, [...columns, { name: member }], form);
  }
  print(String(made[member]));
  for (const line of factLines(columns, made)) note(line);
  note('It is not shown again.');
}

async function intoFile<Item>(
  make: () => Promise<unknown>,
  member: string,
  columns: readonly Column<Item>[],
  form: Form,
  path: string,
): Promise<void> {
  const item = (await intoSecretFile(path, make, member)) as Item;
  await printItem(item, columns, form);
  note(`The ${member} is in ${path}; only you can read it.`);
}

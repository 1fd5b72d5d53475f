import { open, rm } from 'node:fs/promises';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Column } from '../output/column.ts';
import { factLines } from '../output/fact-lines.ts';
import type { Form } from '../output/form.ts';
import { printItem } from '../output/print-list.ts';
import { note, print } from '../terminal/output.ts';

/**
 * Makes something whose secret is told only once, and sees that it arrives. With a file it goes there and nowhere else; the
 * file is made before the secret is, so that a folder that cannot be written costs none. Otherwise the secret alone goes to
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
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new Failure(`There is a file ${path} already.`, EXIT.input, {
      advice: 'Name another one; nothing was made.',
    });
  });
  let item: Item;
  try {
    const { [member]: secret, ...rest } = (await make()) as Record<string, unknown>;
    await file.writeFile(`${secret}\n`);
    await file.sync();
    item = rest as Item;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await printItem(item, columns, form);
  note(`The ${member} is in ${path}; only you can read it.`);
}

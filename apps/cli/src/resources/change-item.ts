import type { Command } from 'commander';
import { optionsOf } from '../commands/globals.ts';
import { connect } from '../http/connect.ts';
import { once } from '../http/once.ts';
import { type FormOptions, formOf } from '../output/form.ts';
import { printItem } from '../output/print-list.ts';
import { itemPath } from './item-path.ts';
import { readFields } from './read-fields.ts';
import { inWords } from './refusal-words.ts';
import type { Resource } from './resource.ts';
import { fieldsOf } from './resource-command.ts';
import { sequenceOf } from './sequence-of.ts';
import { wholly } from './wholly.ts';

type ChangeOptions = FormOptions & Record<string, unknown> & { sequence?: number; idempotencyKey?: string };

export async function changeItem<Item>(
  resource: Resource<Item>,
  id: string,
  command: Command,
): Promise<void> {
  const options = optionsOf<ChangeOptions>(command);
  const form = await formOf(options);
  const fields = await readFields(fieldsOf(resource, 'change'), options, 'change');
  const client = await connect(options);
  const item = await inWords(resource, { verb: 'change', named: id, options }, async () => {
    const path = await itemPath(client, resource, id, options);
    const sequence = options.sequence ?? (await sequenceOf(client, path));
    const json = { sequence, ...fields };
    return once(client, path, { method: 'PATCH', json }, options.idempotencyKey);
  });
  await printItem(item as Item, wholly(resource.columns), form);
}

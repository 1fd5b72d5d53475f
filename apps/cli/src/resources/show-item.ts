import type { Command } from 'commander';
import { optionsOf } from '../commands/globals.ts';
import { connect } from '../http/connect.ts';
import { type FormOptions, formOf } from '../output/form.ts';
import { printItem } from '../output/print-list.ts';
import { itemPath } from './item-path.ts';
import { inWords } from './refusal-words.ts';
import type { Resource } from './resource.ts';
import { wholly } from './wholly.ts';

export async function showItem<Item>(resource: Resource<Item>, id: string, command: Command): Promise<void> {
  const options = optionsOf<FormOptions & Record<string, unknown>>(command);
  const form = await formOf(options);
  const client = await connect(options);
  const item = await inWords(resource, { verb: 'show', named: id, options }, async () =>
    client.json<Item>(await itemPath(client, resource, id, options)),
  );
  await printItem(item, wholly(resource.columns), form);
}

import type { Command } from 'commander';
import { optionsOf } from '../commands/globals.ts';
import { connect } from '../http/connect.ts';
import { once } from '../http/once.ts';
import { print, printJson } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';
import { confirmDeletion } from './confirm-deletion.ts';
import { itemPath } from './item-path.ts';
import { inWords } from './refusal-words.ts';
import type { Resource } from './resource.ts';
import { sequenceOf } from './sequence-of.ts';

type DeleteOptions = Record<string, unknown> & { yes?: boolean; sequence?: number; idempotencyKey?: string };

export async function deleteItem<Item>(
  resource: Resource<Item>,
  id: string,
  command: Command,
): Promise<void> {
  const options = optionsOf<DeleteOptions>(command);
  await confirmDeletion(plain(`Delete the ${resource.one} ${id}?`), options.yes);
  const client = await connect(options);
  await inWords(resource, { verb: 'delete', named: id, options }, async () => {
    const path = await itemPath(client, resource, id, options);
    const sequence = options.sequence ?? (await sequenceOf(client, path));
    return once(client, path, { method: 'DELETE', query: { sequence } }, options.idempotencyKey);
  });
  if (options.json) return printJson({ deleted: id });
  print(plain(`The ${resource.one} ${id} is deleted.`));
}

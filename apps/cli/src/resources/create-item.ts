import type { Command } from 'commander';
import { optionsOf } from '../commands/globals.ts';
import { connect } from '../http/connect.ts';
import { once } from '../http/once.ts';
import { refuseOperatorsOwn } from '../journey/tell-operators-own.ts';
import { type FormOptions, formOf } from '../output/form.ts';
import { printItem } from '../output/print-list.ts';
import { listPath } from './item-path.ts';
import { keepSecret } from './keep-secret.ts';
import { readFields } from './read-fields.ts';
import { inWords } from './refusal-words.ts';
import type { Resource } from './resource.ts';
import { fieldsOf } from './resource-command.ts';
import { wholly } from './wholly.ts';

type CreateOptions = FormOptions & Record<string, unknown> & { idempotencyKey?: string; to?: string };

export async function createItem<Item>(resource: Resource<Item>, command: Command): Promise<void> {
  const options = optionsOf<CreateOptions>(command);
  const form = await formOf(options);
  const body = await readFields(fieldsOf(resource, 'create'), options, 'create');
  const client = await connect(options);
  if (resource.metered) await refuseOperatorsOwn(client, options);
  const create = () =>
    inWords(resource, { verb: 'create', body, options }, () =>
      once(client, listPath(resource, options), { method: 'POST', json: body }, options.idempotencyKey),
    );
  if (resource.secret !== undefined) {
    await keepSecret(create, resource.secret, wholly(resource.columns), form, options.to);
    return;
  }
  await printItem((await create()) as Item, wholly(resource.columns), form);
}

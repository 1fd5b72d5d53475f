import type { Command } from 'commander';
import { optionsOf } from '../commands/globals.ts';
import { connect } from '../http/connect.ts';
import { tellOperatorsOwn } from '../journey/tell-operators-own.ts';
import { allPages } from '../output/all-pages.ts';
import { formOf, type ListOptions } from '../output/form.ts';
import { printList } from '../output/print-list.ts';
import { listPath } from './item-path.ts';
import type { Resource } from './resource.ts';

export async function listItems<Item>(resource: Resource<Item>, command: Command): Promise<void> {
  const options = optionsOf<ListOptions & Record<string, unknown>>(command);
  const form = await formOf(options);
  const client = await connect(options);
  const items = allPages<Item>(client, listPath(resource, options), options);
  await printList(items, resource.columns, form, {
    empty: resource.empty,
    ...(resource.metered && { onEmpty: () => tellOperatorsOwn(client) }),
  });
}

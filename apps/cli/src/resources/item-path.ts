import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';
import type { Resource } from './resource.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The path of a resource's items; `options` hold the parent where it has one. */
export function listPath<Item>(
  { path, parent }: Resource<Item>,
  options: Readonly<Record<string, unknown>>,
): string {
  if (parent === undefined) return path;
  const name = /^--([a-z]+)/.exec(parent.flags)![1]!;
  return path.replace('{parent}', encodeURIComponent(String(options[name])));
}

/**
 * The path of one item, by its id or by what people call it.
 * @throws Failure when none or several are called so
 */
export async function itemPath<Item>(
  client: Client,
  resource: Resource<Item>,
  named: string,
  options: Readonly<Record<string, unknown>>,
): Promise<string> {
  const path = listPath(resource, options);
  const { called, current, of } = resource.id;
  if (called === undefined || UUID.test(named)) return `${path}/${encodeURIComponent(named)}`;
  const { items } = await client.json<{ items: readonly Item[] }>(path, {
    query: { filter: [`${called}==${quoted(named)}`, ...(current ? [current] : [])].join(';'), limit: 200 },
  });
  // A star in the name stands for anything in a filter, so the service may find more than was named.
  const found = items.filter((item) => (item as Readonly<Record<string, unknown>>)[called] === named);
  if (found.length === 1) return `${path}/${encodeURIComponent(of(found[0]!))}`;
  if (found.length === 0) {
    throw new Failure(`There is no ${resource.one} called ${named}.`, EXIT.notFound, {
      advice: `meterhouse ${resource.name} list shows those that there are.`,
    });
  }
  throw new Failure(`There are ${found.length} of that name.`, EXIT.usage, {
    faults: found.map(of),
    advice: 'Name one by its id.',
  });
}

/** A text as a filter takes it. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

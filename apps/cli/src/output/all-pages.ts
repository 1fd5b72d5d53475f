import type { Client } from '../http/client.ts';
import type { ListOptions } from './form.ts';
import { pointIntoFilter } from './point-into-filter.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** The most that a page of the API holds. */
const PAGE = 200;

/** The items of a list, page after page as they are read; `limit` of them at most. `query` holds what else the path takes. */
export async function* allPages<Item>(
  client: Client,
  path: string,
  { filter, sort, limit = Number.POSITIVE_INFINITY }: Pick<ListOptions, 'filter' | 'sort' | 'limit'> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): AsyncGenerator<Item, void, undefined> {
  let left = limit;
  let cursor: string | undefined;
  do {
    const page = await client
      .json<Page<Item>>(path, { query: { ...query, filter, sort, limit: Math.min(PAGE, left), cursor } })
      .catch((error: unknown) => {
        throw filter === undefined ? error : pointIntoFilter(error, filter);
      });
    const items = page.items.slice(0, left);
    yield* items;
    left -= items.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && left > 0);
}

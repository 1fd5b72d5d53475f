import type { Send } from './calls/request.ts';
import type { CallOptions } from './wire.ts';

/** A page of a list as the service answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Names the next page; undefined on the last. */
  readonly nextCursor?: string | undefined;
}

/**
 * A list of any length. Nothing is asked for before it is read, and one page is in memory at a time.
 *
 * @example for await (const meter of client.meters.list()) console.log(meter.label);
 */
export interface Listing<Item> extends AsyncIterable<Item> {
  /** Page by page, for who shows pages. */
  pages(): AsyncIterable<Page<Item>>;
  /** All of it in memory. */
  toArray(): Promise<Item[]>;
}

/** @param query without `cursor` it begins at the beginning */
export function createListing<Item>(
  send: Send,
  path: string,
  options: CallOptions & {
    readonly path?: Readonly<Record<string, unknown>> | undefined;
    readonly query?: Readonly<Record<string, unknown>> | undefined;
  },
): Listing<Item> {
  async function* pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor = options.query?.cursor;
    do {
      const { data } = await send('GET', path, { ...options, query: { ...options.query, cursor } });
      const page = data as Page<Item>;
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  async function* items(): AsyncGenerator<Item, void, undefined> {
    for await (const page of pages()) yield* page.items;
  }
  return {
    [Symbol.asyncIterator]: items,
    pages,
    async toArray() {
      const all: Item[] = [];
      for await (const item of items()) all.push(item);
      return all;
    },
  };
}

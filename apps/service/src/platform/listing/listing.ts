import { type ListQuery, type Page, Problem, type Selectors } from '@meterhouse/contract';
import type { Queryable } from '../database/types.ts';
import { checkFilter } from './check-filter.ts';
import { placeColumn, readCursor, renderAfter, writeCursor } from './cursor.ts';
import { type Bind, ordered, renderFilter } from './render-filter.ts';
import { checkSort, completedBy, type SortField } from './sort.ts';

export interface ListingOptions<S extends Selectors> {
  /** Of the contract: what callers may name. */
  readonly selectors: S;
  /** The SQL expression of each; fixed text, never made of input. */
  readonly columns: { readonly [Name in keyof S]: string };
  /** The order unless the caller says otherwise, such as `-createdAt`. */
  readonly usualSort: string;
  /** The selector that no two rows of the list share. */
  readonly key: keyof S & string;
}

/** The statement that a page is cut from, and how a row of it is shown. */
export interface PageSource<Row, Item> {
  /** The select list. */
  readonly select: string;
  /** Tables and joins. */
  readonly from: string;
  /** What holds for every row of the list, such as `m.organisation_id = $1`. */
  readonly where: string;
  /** The values of `$1`, `$2`, … in the texts above. */
  readonly values: readonly unknown[];
  readonly item: (row: Row) => Item;
}

export interface Listing {
  /**
   * @param query as `listQuery(selectors, …)` has let it through
   * @throws problem `invalid-request` when the cursor is of another list, order or filter
   */
  page<Row extends object, Item>(
    on: Queryable,
    query: ListQuery,
    source: PageSource<Row, Item>,
  ): Promise<Page<Item>>;
}

const usualLimit = '50';

export function createListing<S extends Selectors>(options: ListingOptions<S>): Listing {
  const { selectors, columns, usualSort, key } = options;
  const typeOf = ({ selector }: SortField) => selectors[selector]!;
  const columnOf = ({ selector }: SortField) => columns[selector]!;
  return {
    async page(on, { limit = usualLimit, cursor, sort = usualSort, filter }, source) {
      const fields = completedBy(key, sortOf(selectors, sort));
      const binding = [columns, fields, filter ?? null];
      const values = [...source.values];
      const bind: Bind = (value) => `$${values.push(value)}`;
      const conditions = [`(${source.where})`];
      if (filter !== undefined)
        conditions.push(renderFilter(selectors, columns, conditionOf(selectors, filter), bind));
      if (cursor !== undefined) {
        const place = readCursor(binding, cursor, fields.map(typeOf));
        conditions.push(renderAfter(selectors, columns, fields, place, bind));
      }
      const places = fields.map(
        (field, index) => `${placeColumn(columnOf(field), typeOf(field))} as place_${index}`,
      );
      const order = fields.map(
        (field) =>
          `${ordered(columnOf(field), typeOf(field))} ${field.descending ? 'desc' : 'asc'} nulls last`,
      );
      const most = Number(limit);
      const rows = await on.query<Parameters<typeof source.item>[0] & Record<`place_${number}`, string>>(
        `select ${source.select}, ${places.join(', ')} from ${source.from}
         where ${conditions.join(' and ')} order by ${order.join(', ')} limit ${bind(most + 1)}`,
        values,
      );
      const shown = rows.slice(0, most);
      const items = shown.map(source.item);
      const last = shown.at(-1);
      if (rows.length <= most || last === undefined) return { items };
      const place = fields.map((_, index) => last[`place_${index}`] ?? null);
      return { items, nextCursor: writeCursor(binding, place) };
    },
  };
}

/** The validator has refused what does not fit; a caller that went around it is told the same. */
function conditionOf(selectors: Selectors, filter: string) {
  const checked = checkFilter(selectors, filter);
  if ('condition' in checked) return checked.condition;
  throw new Problem('invalid-request', {
    errors: checked.faults.map(({ at, message }) => ({
      pointer: 'query/filter',
      message: `at character ${at}: ${message}`,
    })),
  });
}

function sortOf(selectors: Selectors, sort: string) {
  const checked = checkSort(selectors, sort);
  if ('fields' in checked) return checked.fields;
  throw new Problem('invalid-request', {
    errors: checked.faults.map((message) => ({ pointer: 'query/sort', message })),
  });
}

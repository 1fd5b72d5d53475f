import { createHash } from 'node:crypto';
import { Problem, type Selectors, type SelectorType } from '@meterhouse/contract';
import { type Bind, type Columns, castOf, ordered } from './render-filter.ts';
import type { SortField } from './sort.ts';

/**
 * A cursor is the place of a page's last row in the list's order: eight bytes that say which list, order and filter it is of,
 * then the row's values of the sorted fields as JSON; all of it in base64url. It needs no signature: it names a place, and
 * nothing behind a place is shown that the caller may not see anyway.
 */
export type Place = readonly (string | null)[];

/** @param query what the cursor is bound to: list, order, filter */
export function writeCursor(query: readonly unknown[], place: Place): string {
  return Buffer.concat([bindingOf(query), Buffer.from(JSON.stringify(place))]).toString('base64url');
}

/** @throws problem `invalid-request` when it is none, or one of another list, order or filter */
export function readCursor(query: readonly unknown[], cursor: string, types: readonly SelectorType[]): Place {
  const bytes = Buffer.from(cursor, 'base64url');
  if (!bytes.subarray(0, 8).equals(bindingOf(query))) throw notOurs();
  let place: unknown;
  try {
    place = JSON.parse(bytes.subarray(8).toString());
  } catch (error) {
    throw notOurs(error);
  }
  if (!Array.isArray(place) || place.length !== types.length) throw notOurs();
  if (!place.every((value, index) => value === null || fits(types[index]!, value))) throw notOurs();
  return place;
}

const notOurs = (cause?: unknown) =>
  new Problem('invalid-request', {
    errors: [
      {
        pointer: 'query/cursor',
        message: 'must be the nextCursor of a page of this list with the same filter and sort',
      },
    ],
    ...(cause === undefined ? {} : { cause }),
  });

const bindingOf = (query: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(query)).digest().subarray(0, 8);

/** What somebody made up must not reach a cast that fails. */
function fits(type: SelectorType, value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (type === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
  if (type === 'integer') return /^-?\d{1,18}$/.test(value);
  if (type === 'instant')
    return /^[12]\d{3}(-\d{2}){2}T\d{2}(:\d{2}){2}\.\d{6}Z$/.test(value) && isDate(value);
  return !value.includes('\0') && value.isWellFormed();
}
const isDate = (value: string) =>
  !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value.slice(0, 19));

/** The value of a field as a cursor holds it, exact to the microsecond that the column may have. */
export function placeColumn(column: string, type: SelectorType): string {
  return type === 'instant'
    ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `(${column})::text`;
}

/** Holds for the rows that come after `place`: greater in the first field, or alike there and greater in the next, and so on. */
export function renderAfter(
  selectors: Selectors,
  columns: Columns,
  fields: readonly SortField[],
  place: Place,
  bind: Bind,
): string {
  const alike: string[] = [];
  const ways: string[] = [];
  fields.forEach(({ selector, descending }, index) => {
    const type = selectors[selector]!;
    const column = ordered(columns[selector]!, type);
    const value = place[index];
    if (value === null || value === undefined) {
      // Nothing comes after no value.
      alike.push(`${column} is null`);
      return;
    }
    const bound = `${bind(value)}::${castOf(type)}`;
    const after = `(${column} ${descending ? '<' : '>'} ${bound} or ${column} is null)`;
    ways.push([...alike, after].join(' and '));
    alike.push(`${column} = ${bound}`);
  });
  return ways.length === 0 ? 'false' : `(${ways.map((way) => `(${way})`).join(' or ')})`;
}

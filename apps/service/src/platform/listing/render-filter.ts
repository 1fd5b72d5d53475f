import type { Selectors, SelectorType } from '@meterhouse/contract';
import type { Condition, Operator } from './check-filter.ts';
import type { FilterValue } from './filter-syntax.ts';

/** Takes a value to be bound and gives its place in the statement, such as `$3`. */
export type Bind = (value: unknown) => string;
/** The SQL expression of each selector: written in the source, never sent. */
export type Columns = Readonly<Record<string, string>>;

/** A checked filter as SQL. Everything that was sent is bound; the text is made of fixed expressions alone. */
export function renderFilter(
  selectors: Selectors,
  columns: Columns,
  condition: Condition,
  bind: Bind,
): string {
  if (condition.kind === 'comparison') {
    const { selector, operator, values } = condition;
    return compare(columns[selector]!, selectors[selector]!, operator, values, bind);
  }
  const parts = condition.parts.map((part) => renderFilter(selectors, columns, part, bind));
  return `(${parts.join(` ${condition.kind} `)})`;
}

const signs = { '=gt=': '>', '=ge=': '>=', '=lt=': '<', '=le=': '<=' } as const;

function compare(
  column: string,
  type: SelectorType,
  operator: Operator,
  values: readonly FilterValue[],
  bind: Bind,
): string {
  if (operator === '==' || operator === '=in=')
    return `(${values.map((value) => equals(column, type, value, bind)).join(' or ')})`;
  // What has no value is not equal to any, so the negation is told in two-valued logic.
  if (operator === '!=' || operator === '=out=')
    return `(${values.map((value) => equals(column, type, value, bind)).join(' or ')}) is not true`;
  const [value] = values;
  const text = value!.pieces.join('*');
  if (type !== 'instant') return `${ordered(column, type)} ${signs[operator]} ${bind(text)}::${castOf(type)}`;
  const { from, until } = milliseconds(text);
  // An instant is the millisecond that is shown, whatever the column has beyond it.
  if (operator === '=gt=') return `${column} >= ${bind(until)}::timestamptz`;
  if (operator === '=ge=') return `${column} >= ${bind(from)}::timestamptz`;
  if (operator === '=lt=') return `${column} < ${bind(from)}::timestamptz`;
  return `${column} < ${bind(until)}::timestamptz`;
}

function equals(column: string, type: SelectorType, { pieces }: FilterValue, bind: Bind): string {
  if (type === 'text' && pieces.length > 1)
    return `${column} like ${bind(pieces.map((piece) => piece.replace(/[\\%_]/g, '\\$&')).join('%'))}::text`;
  const text = pieces.join('*');
  if (type !== 'instant') return `${column} = ${bind(text)}::${castOf(type)}`;
  const { from, until } = milliseconds(text);
  return `(${column} >= ${bind(from)}::timestamptz and ${column} < ${bind(until)}::timestamptz)`;
}

function milliseconds(text: string): { from: string; until: string } {
  const from = new Date(text);
  return { from: from.toISOString(), until: new Date(from.getTime() + 1).toISOString() };
}

/** The type that a value is cast to, and that cursors are read back as. */
export function castOf(type: SelectorType): string {
  if (type === 'uuid') return 'uuid';
  if (type === 'integer') return 'bigint';
  return type === 'instant' ? 'timestamptz' : 'text';
}

/** Text is ordered by code points, on every server alike; anything else by its own order. */
export function ordered(column: string, type: SelectorType): string {
  return castOf(type) === 'text' ? `(${column}) collate "C"` : column;
}

import { FILTER_CHARACTERS, FILTER_COMPARISONS, FILTER_DEPTH } from '@meterhouse/contract';

/**
 * Reads a filter in RSQL, the dialect of FIQL that people can type:
 *
 *     or         = and *( "," and )
 *     and        = term *( ";" term )
 *     term       = "(" or ")" / comparison
 *     comparison = selector operator ( value / "(" value *( "," value ) ")" )
 *     value      = quoted / 1*( any character but " ' ( ) ; , = ! ~ < > and blanks )
 *
 * In quotes a backslash takes the next character as it is, also a quote or a `*`. It is read here and not by a library, since
 * every fault is to be told with its place, and a `*` that was escaped apart from one that was not.
 */
export type FilterTree =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly FilterTree[] }
  | {
      readonly kind: 'comparison';
      readonly selector: string;
      readonly operator: string;
      readonly values: readonly FilterValue[];
      /** Whether the values stand in parentheses. */
      readonly listed: boolean;
      readonly at: number;
    };

export interface FilterValue {
  /** What stands between the `*` that were not escaped; one piece: there was none. */
  readonly pieces: readonly string[];
  readonly at: number;
}

/** Where in the filter, counted from 1, and what is wrong there. */
export interface FilterFault {
  readonly at: number;
  readonly message: string;
}

/** How far the text could be read, and what stopped it. */
export interface FilterReading {
  readonly comparisons: readonly Extract<FilterTree, { kind: 'comparison' }>[];
  readonly tree?: FilterTree;
  readonly fault?: FilterFault;
}

class Stopped extends Error {
  readonly fault: FilterFault;
  constructor(at: number, message: string) {
    super(message);
    this.fault = { at: at + 1, message };
  }
}

const operatorForm = /==|!=|=[a-z]+=|<=?|>=?/y;
const plainForm = /[^"'();,=!~<>\s]+/y;
/** RSQL's short spellings. */
const spelled: Readonly<Record<string, string>> = { '<': '=lt=', '<=': '=le=', '>': '=gt=', '>=': '=ge=' };

export function readFilter(text: string): FilterReading {
  const comparisons: Extract<FilterTree, { kind: 'comparison' }>[] = [];
  let position = 0;

  function take(form: RegExp): string | undefined {
    form.lastIndex = position;
    const found = form.exec(text)?.[0];
    position += found?.length ?? 0;
    return found;
  }

  function isNext(character: string): boolean {
    if (text[position] !== character) return false;
    position += 1;
    return true;
  }

  function joined(kind: 'and' | 'or', separator: string, part: () => FilterTree): FilterTree {
    const parts = [part()];
    while (isNext(separator)) parts.push(part());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }
  const or = (depth: number): FilterTree => joined('or', ',', () => joined('and', ';', () => term(depth)));

  function term(depth: number): FilterTree {
    const opened = position;
    if (!isNext('(')) return comparison();
    if (depth === FILTER_DEPTH) throw new Stopped(opened, `must not nest deeper than ${FILTER_DEPTH}`);
    const inner = or(depth + 1);
    if (!isNext(')')) throw new Stopped(position, 'expected ; or , or a closing parenthesis');
    return inner;
  }

  function comparison(): FilterTree {
    const at = position;
    const selector = take(plainForm);
    if (selector === undefined) throw new Stopped(at, 'expected a selector');
    const operatorAt = position;
    const operator = take(operatorForm);
    if (operator === undefined) throw new Stopped(operatorAt, 'expected an operator such as ==');
    const listed = isNext('(');
    const values = [value()];
    while (listed && isNext(',')) values.push(value());
    if (listed && !isNext(')')) throw new Stopped(position, 'expected , or a closing parenthesis');
    if (comparisons.length === FILTER_COMPARISONS)
      throw new Stopped(at, `must not have more than ${FILTER_COMPARISONS} comparisons`);
    const read = {
      kind: 'comparison',
      selector,
      operator: spelled[operator] ?? operator,
      values,
      listed,
      at: at + 1,
    } as const;
    comparisons.push(read);
    return read;
  }

  function value(): FilterValue {
    const at = position;
    const quote = text[position];
    if (quote === '"' || quote === "'") return quoted(quote);
    const plain = take(plainForm);
    if (plain === undefined)
      throw new Stopped(
        at,
        'expected a value; "" is the empty one, and one with blanks or signs needs quotes',
      );
    return { pieces: plain.split('*'), at: at + 1 };
  }

  function quoted(quote: string): FilterValue {
    const at = position;
    const pieces = [''];
    for (position += 1; position < text.length; position += 1) {
      const character = text[position]!;
      if (character === quote) {
        position += 1;
        return { pieces, at: at + 1 };
      }
      if (character === '*') pieces.push('');
      else pieces[pieces.length - 1] += character === '\\' ? (text[++position] ?? '') : character;
    }
    throw new Stopped(at, 'the quote is not closed');
  }

  try {
    if (text.length > FILTER_CHARACTERS)
      throw new Stopped(FILTER_CHARACTERS, `must not be longer than ${FILTER_CHARACTERS} characters`);
    const tree = or(0);
    if (position < text.length)
      throw new Stopped(position, 'expected ; or , here; a value with blanks or signs needs quotes');
    return { comparisons, tree };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { comparisons, fault: error.fault };
  }
}

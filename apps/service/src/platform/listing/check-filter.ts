import type { Selectors, SelectorType } from '@meterhouse/contract';
import { type FilterFault, type FilterTree, type FilterValue, readFilter } from './filter-syntax.ts';

/** A filter whose selectors, operators and values are all known to fit: safe to render. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | {
      readonly kind: 'comparison';
      readonly selector: string;
      readonly operator: Operator;
      readonly values: readonly FilterValue[];
    };
export type Operator = '==' | '!=' | '=gt=' | '=ge=' | '=lt=' | '=le=' | '=in=' | '=out=';

const equality = ['==', '!=', '=in=', '=out='];
const all = [...equality, '=gt=', '=ge=', '=lt=', '=le='];
const listing = ['=in=', '=out='];

/** The condition that a filter states, or every fault of it, in the order of their places. */
export function checkFilter(
  selectors: Selectors,
  text: string,
): { readonly condition: Condition } | { readonly faults: readonly FilterFault[] } {
  const { comparisons, tree, fault } = readFilter(text);
  const faults = comparisons.flatMap((comparison) => [...faultsOf(selectors, comparison)]);
  if (fault !== undefined) faults.push(fault);
  if (faults.length > 0 || tree === undefined) return { faults };
  return { condition: tree as Condition };
}

function* faultsOf(
  selectors: Selectors,
  { selector, operator, values, listed, at }: Extract<FilterTree, { kind: 'comparison' }>,
): Iterable<FilterFault> {
  const type = Object.hasOwn(selectors, selector) ? selectors[selector] : undefined;
  if (type === undefined) {
    yield { at, message: `no such selector; there are ${Object.keys(selectors).join(', ')}` };
    return;
  }
  const operators = type === 'uuid' || typeof type === 'object' ? equality : all;
  if (!operators.includes(operator)) {
    yield { at, message: `${selector} takes the operators ${operators.join(' ')}` };
    return;
  }
  if (listed !== listing.includes(operator))
    yield { at, message: listed ? `${operator} takes one value` : `${operator} takes a list: (a,b)` };
  for (const value of values) {
    const fault = faultOf(type, value, operator);
    if (fault !== undefined) yield { at: value.at, message: fault };
  }
}

const instantForm =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;

function faultOf(type: SelectorType, { pieces }: FilterValue, operator: string): string | undefined {
  const text = pieces.join('*');
  if (type === 'text') {
    if (text.includes('\0') || !text.isWellFormed()) return 'must be text that can be stored';
    if (pieces.length > 1 && operator !== '==' && operator !== '!=')
      return 'a * that stands for any characters goes with == and != only; write "\\*" for a star';
    return undefined;
  }
  if (type === 'uuid')
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? undefined : 'must be a UUID';
  if (type === 'integer')
    return /^-?\d{1,18}$/.test(text) ? undefined : 'must be a whole number of at most 18 digits';
  if (type === 'instant')
    return isInstant(text) ? undefined : 'must be a time such as 2023-01-01T05:00:00Z, or a day';
  return type.includes(text) ? undefined : `must be one of ${type.join(', ')}`;
}

/** Days are those of the calendar: 30 February is none. */
function isInstant(text: string): boolean {
  if (!instantForm.test(text)) return false;
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

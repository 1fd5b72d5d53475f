import { readFilter } from './filter-syntax.ts';

/** Whether a filter says anything of a selector, for lists that leave out what nobody asked for. */
export function namesSelector(filter: string | undefined, selector: string): boolean {
  return filter !== undefined && readFilter(filter).comparisons.some((one) => one.selector === selector);
}

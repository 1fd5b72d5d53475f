import type { Selectors } from '@meterhouse/contract';

/** One field of an order. What has no value comes last, whichever way. */
export interface SortField {
  readonly selector: string;
  readonly descending: boolean;
}

/** More orders nothing that a person would see. */
const mostFields = 4;

/** The fields of `-createdAt,name`, or every fault of it. */
export function checkSort(
  selectors: Selectors,
  text: string,
): { readonly fields: readonly SortField[] } | { readonly faults: readonly string[] } {
  const faults = new Set<string>();
  const fields = text.split(',').map((word) => {
    const descending = word.startsWith('-');
    return { selector: descending ? word.slice(1) : word, descending };
  });
  const names = fields.map(({ selector }) => selector);
  names.forEach((name, index) => {
    if (!Object.hasOwn(selectors, name))
      faults.add(`field ${index + 1} is none to sort by; there are ${Object.keys(selectors).join(', ')}`);
    else if (names.indexOf(name) !== index) faults.add(`names ${name} twice`);
  });
  if (fields.length > mostFields) faults.add(`must not have more than ${mostFields} fields`);
  return faults.size === 0 ? { fields } : { faults: [...faults].slice(0, 10) };
}

/** The order completed by `key`, which no two rows share: without it rows that are alike could be skipped between pages. */
export function completedBy(key: string, fields: readonly SortField[]): readonly SortField[] {
  return fields.some(({ selector }) => selector === key)
    ? fields
    : [...fields, { selector: key, descending: false }];
}

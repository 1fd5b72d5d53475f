import type { Selectors } from '@meterhouse/contract';
import type { KeywordDefinition, SchemaValidateFunction } from 'ajv';
import { checkFilter } from './check-filter.ts';
import { checkSort } from './sort.ts';

/** Teaches the validator `x-filter` and `x-sort`, so that their faults are told together with those of all other fields. */
export const listingKeywords: readonly KeywordDefinition[] = [
  keyword('x-filter', (selectors, text) => {
    const checked = checkFilter(selectors, text);
    return 'faults' in checked
      ? checked.faults.map(({ at, message }) => `at character ${at}: ${message}`)
      : [];
  }),
  keyword('x-sort', (selectors, text) => {
    const checked = checkSort(selectors, text);
    return 'faults' in checked ? checked.faults : [];
  }),
];

function keyword(
  name: string,
  faultsOf: (selectors: Selectors, text: string) => readonly string[],
): KeywordDefinition {
  const validate: SchemaValidateFunction = (selectors: Selectors, text: string) => {
    const faults = faultsOf(selectors, text);
    validate.errors = faults.map((message) => ({ keyword: name, params: {}, message }));
    return faults.length === 0;
  };
  return { keyword: name, type: 'string', schemaType: 'object', errors: true, validate };
}

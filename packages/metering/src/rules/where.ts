/**
 * What a rule takes: a closed form, so that it can be asked of a record here and compiled to SQL there. A filter lists the
 * values that it takes; a record must pass every filter that is given; no filter takes everything. `services` and `features`
 * take a record that has at least one of the listed ones. Values are compared as they are, no patterns.
 */
import { LicenseCategory, ProductType } from '@meterhouse/contract';
import Type, { type Static } from 'typebox';

const anyOf = <Value extends Type.TSchema>(value: Value) =>
  Type.Optional(Type.Array(value, { minItems: 1, uniqueItems: true }));

export const Where = Type.Object(
  {
    productType: anyOf(ProductType),
    licenseCategory: anyOf(LicenseCategory),
    edition: anyOf(Type.String()),
    customer: anyOf(Type.String()),
    services: anyOf(Type.String()),
    features: anyOf(Type.String()),
  },
  { additionalProperties: false },
);
export type Where = { readonly [Field in keyof Static<typeof Where>]: readonly string[] };
export type WhereField = keyof Where;

/** The part of a span that filters look at; a kind has what its records carry. */
export interface Filtered {
  readonly productType: string;
  readonly licenseCategory?: string;
  readonly edition?: string;
  readonly customer?: string;
  readonly services?: readonly string[];
  readonly features?: readonly string[];
}

/** Whether a rule takes a record. A filter on what the record does not carry takes it never; the loader refuses such rules. */
export function matches(where: Where, record: Filtered): boolean {
  for (const field of FILTERS) {
    const taken = where[field];
    if (taken === undefined) continue;
    const value = record[field];
    if (value === undefined) return false;
    if (typeof value === 'string' ? !taken.includes(value) : !value.some((code) => taken.includes(code)))
      return false;
  }
  return true;
}

const FILTERS = Object.keys(Where.properties) as readonly WhereField[];

import type { Where } from '@meterhouse/metering';
import type { Bindings } from './bindings.ts';

/** A product of the meter, as far as a rule's filter asks. */
export interface Product {
  readonly id: string;
  readonly type: string;
}

/**
 * SQL text that is true for the rows that a rule takes: `matches` of the oracle. The rows' tables know no product types, so
 * those become the products of the meter that have them. Where all have, nothing is left to ask.
 */
export function whereSql(where: Where, products: readonly Product[], { bind }: Bindings): string {
  const asked: string[] = [];
  if (where.productType !== undefined) {
    const types = where.productType;
    const taken = products.filter(({ type }) => types.includes(type)).map(({ id }) => id);
    if (taken.length === 0) return 'false';
    if (taken.length < products.length) asked.push(`product IN ${bind('Array(UUID)', taken)}`);
  }
  for (const column of ['licenseCategory', 'edition', 'customer'] as const)
    if (where[column] !== undefined) asked.push(`${column} IN ${bind('Array(String)', where[column])}`);
  for (const column of ['services', 'features'] as const)
    if (where[column] !== undefined) asked.push(`hasAny(${column}, ${bind('Array(String)', where[column])})`);
  return asked.length === 0 ? 'true' : `(${asked.join(' AND ')})`;
}

/** Customers' rules as they are applied: those of the file and those of the service, one behind the other. */
import { createHash } from 'node:crypto';
import type { MeterCustomerRules } from '@meterhouse/contract';
import type { CustomerRule } from '../settings/index.ts';

export interface Rule extends Omit<CustomerRule, 'id'> {
  /** A number for rules of `meter.yaml`, a UUID for rules of the service. */
  readonly id: number | string;
  readonly source: 'settings' | 'service';
}

/**
 * Both kinds in the order in which they win at one and the same target: the file's before the service's, then the lower id.
 */
export function allRules(
  fromSettings: readonly CustomerRule[],
  fromService: MeterCustomerRules['rules'] = [],
): readonly Rule[] {
  const own = fromSettings
    .toSorted((a, b) => a.id - b.id)
    .map((rule) => ({ ...rule, source: 'settings' as const }));
  const fetched = fromService
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      (rule) => ({ ...rule, productId: rule.productId.toLowerCase(), source: 'service' as const }) as Rule,
    );
  return [...own, ...fetched];
}

/** Another text whenever the rules are others. */
export function versionOf(rules: readonly Rule[]): string {
  if (rules.length === 0) return '';
  return createHash('sha256').update(JSON.stringify(rules)).digest('base64url').slice(0, 22);
}

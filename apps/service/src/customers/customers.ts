import type { Routes } from '../platform/http/index.ts';
import { customerRoutes } from './customer-routes.ts';
import { meterRulesRoutes } from './meter-rules-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import type { CustomersOptions } from './tools.ts';

/** The provider's own customers, and the rules by which meters put their names on usage. */
export interface Customers {
  readonly routes: readonly Routes[];
}

export function createCustomers(options: CustomersOptions): Customers {
  return { routes: [customerRoutes(options), ruleRoutes(options), meterRulesRoutes(options)] };
}

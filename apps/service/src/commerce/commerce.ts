import type { Routes } from '../platform/http/index.ts';
import { contractRoutes } from './contract-routes.ts';
import { siteRoutes } from './site-routes.ts';
import type { CommerceOptions } from './tools.ts';

/** What usage is billed under: contracts and their sites. */
export interface Commerce {
  readonly routes: readonly Routes[];
}

export function createCommerce(options: CommerceOptions): Commerce {
  return { routes: [contractRoutes(options), siteRoutes(options)] };
}

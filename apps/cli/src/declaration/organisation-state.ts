import type {
  ApiTokenItem,
  ContractItem,
  CustomerItem,
  CustomerRuleItem,
  MeterSummary,
  OrganisationQuotas,
  PersonItem,
  SiteItem,
} from '@meterhouse/contract';
import { allPages } from '../output/all-pages.ts';
import type { Place } from './place.ts';

/** What the service has in one organisation; of what was not asked for, nothing. */
export interface OrganisationState {
  readonly people: readonly PersonItem[];
  readonly contracts: readonly (ContractItem & { readonly sites: readonly SiteItem[] })[];
  readonly customers: readonly CustomerItem[];
  readonly rules: readonly CustomerRuleItem[];
  readonly meters: readonly MeterSummary[];
  readonly deletedMeters: readonly MeterSummary[];
  /** Of every state, newest first. */
  readonly apiTokens: readonly ApiTokenItem[];
  /** For operators. */
  readonly quotas: OrganisationQuotas | undefined;
}

export type Part = 'people' | 'contracts' | 'customers' | 'meters' | 'apiTokens' | 'quotas';

/** Reads the parts; nothing of an organisation that is still to be made. */
export async function readState(place: Place, parts: ReadonlySet<Part>): Promise<OrganisationState> {
  const id = place.id();
  const list = async <Item>(part: Part, path: string, filter?: string): Promise<Item[]> =>
    id === undefined || !parts.has(part)
      ? []
      : Array.fromAsync(allPages<Item>(place.client, path, filter === undefined ? {} : { filter }));

  const contracts = [];
  for (const contract of await list<ContractItem>('contracts', '/api/v1/contracts')) {
    const sites = await list<SiteItem>('contracts', sitesPath(contract.number));
    contracts.push({ ...contract, sites });
  }
  return {
    people: await list('people', '/api/v1/people'),
    contracts,
    customers: await list('customers', '/api/v1/customers'),
    rules: await list('customers', '/api/v1/customer-rules'),
    meters: await list('meters', '/api/v1/meters'),
    deletedMeters: await list('meters', '/api/v1/meters', 'deleted==true'),
    apiTokens: await list('apiTokens', '/api/v1/api-tokens'),
    quotas:
      id !== undefined && parts.has('quotas') && place.byOperator
        ? await place.client.json<OrganisationQuotas>(quotasPath(id))
        : undefined,
  };
}

export const sitesPath = (contract: string) => `/api/v1/contracts/${encodeURIComponent(contract)}/sites`;
export const quotasPath = (organisationId: string) => `/api/v1/organisations/${organisationId}/quotas`;

import type { OrganisationItem, OrganisationQuotas } from '@meterhouse/contract';
import { QUOTA_NAMES } from '@meterhouse/contract';
import type {
  DeclaredContract,
  DeclaredCustomer,
  DeclaredOrganisation,
} from '@meterhouse/contract/declaration';
import type { OrganisationState } from './organisation-state.ts';

/** Declares an organisation as the service has it, in one order whenever it is asked. No secret is in it. */
export function declareState(
  { name, partnerId }: OrganisationItem,
  state: OrganisationState,
): DeclaredOrganisation {
  const quotas = quotasOf(state.quotas);
  return {
    name,
    ...(partnerId !== undefined && { partnerId }),
    ...(quotas !== undefined && { quotas }),
    people: by(state.people, ({ email }) => email).map(({ email, role }) => ({ email, role })),
    contracts: by(state.contracts, ({ number }) => number).map(contractOf),
    customers: by(state.customers, (customer) => customer.name).map((customer) =>
      customerOf(customer, state),
    ),
    meters: by(state.meters, ({ agentId }) => agentId).map(
      ({ agentId, label, connectivityMode, meteringMode, contractNumber, siteName }) => ({
        agentId,
        label,
        connectivityMode,
        meteringMode,
        ...(contractNumber !== undefined && { contractNumber }),
        ...(siteName !== undefined && { siteName }),
      }),
    ),
    apiTokens: tokensOf(state),
  };
}

function contractOf({
  number,
  family,
  currency,
  minimumCommit,
  ruleSet,
  sites,
}: OrganisationState['contracts'][number]): DeclaredContract {
  return {
    number,
    family,
    currency,
    minimumCommit,
    ruleSet,
    sites: by(sites, (site) => site.name).map(({ name, countryRegion, address, postCode }) => ({
      name,
      ...(countryRegion !== '' && { countryRegion }),
      ...(address !== '' && { address }),
      ...(postCode !== '' && { postCode }),
    })),
  };
}

function customerOf(
  { name, number }: OrganisationState['customers'][number],
  { rules }: OrganisationState,
): DeclaredCustomer {
  const own = rules
    .filter((rule) => rule.name === name)
    .map(({ productType, productId, targetType, targetId }) => ({
      productType,
      productId,
      targetType,
      targetId,
    }));
  return { name, ...(number !== '' && { number }), rules: by(own, (rule) => JSON.stringify(rule)) };
}

/** Those that sign in now. Two of one name and role are one in a declaration. */
function tokensOf({ apiTokens }: OrganisationState): NonNullable<DeclaredOrganisation['apiTokens']> {
  const active = apiTokens.filter(({ state }) => state === 'active');
  const named = new Map(active.map(({ name, role }) => [JSON.stringify([name, role]), { name, role }]));
  return by([...named.values()], ({ name, role }) => JSON.stringify([name, role]));
}

/** Those that were set for the organisation. */
function quotasOf(quotas: OrganisationQuotas | undefined): DeclaredOrganisation['quotas'] {
  const set = QUOTA_NAMES.flatMap((quota) => {
    const limit = quotas?.[quota];
    return typeof limit === 'number' ? [[quota, limit] as const] : [];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

/** By code units: the same on every machine. */
function by<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

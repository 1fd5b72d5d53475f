import type { Declaration, DeclaredOrganisation, DeclaredRule } from './declaration.ts';
import type { PlacedFault } from './read-declaration.ts';

/** What stands twice in a declaration where it can be one thing only; a schema cannot see it. */
export function namedTwice({ organisations }: Declaration): PlacedFault[] {
  return [
    ...twice(organisations, (organisation) => organisation.name, '/organisations', 'name'),
    ...twice(organisations, (organisation) => organisation.partnerId, '/organisations', 'partnerId'),
    ...organisations.flatMap((organisation, index) => twiceWithin(organisation, `/organisations/${index}`)),
  ];
}

function twiceWithin(organisation: DeclaredOrganisation, at: string): PlacedFault[] {
  const { people = [], contracts = [], customers = [], meters = [], apiTokens = [] } = organisation;
  const targets = new Set<string>();
  return [
    ...twice(people, ({ email }) => email.toLowerCase(), `${at}/people`, 'email'),
    ...twice(
      apiTokens,
      ({ name }) => name,
      `${at}/apiTokens`,
      'name',
      ({ role }) => role,
    ),
    ...twice(contracts, ({ number }) => number, `${at}/contracts`, 'number'),
    ...contracts.flatMap(({ sites = [] }, index) =>
      twice(sites, (site) => site.name, `${at}/contracts/${index}/sites`, 'name'),
    ),
    ...twice(customers, (customer) => customer.name, `${at}/customers`, 'name'),
    ...customers.flatMap(({ rules = [] }, index) =>
      twice(rules, targetOf, `${at}/customers/${index}/rules`, 'targetId', undefined, targets),
    ),
    ...twice(meters, ({ agentId }) => agentId.toLowerCase(), `${at}/meters`, 'agentId'),
  ];
}

/** An object of an inventory, which has one rule at most. */
export function targetOf({ productType, productId, targetType, targetId }: DeclaredRule): string {
  return [productType, productId.toLowerCase(), targetType, targetId].join(' ');
}

/** @param besides what may differ between two of one name */
function twice<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
  at: string,
  field: string,
  besides: (item: Item) => string = () => '',
  seen = new Set<string>(),
): PlacedFault[] {
  return items.flatMap((item, index) => {
    const name = keyOf(item);
    if (name === undefined) return [];
    const key = JSON.stringify([name, besides(item)]);
    if (seen.has(key)) return [{ pointer: `${at}/${index}/${field}`, message: 'is there twice' }];
    seen.add(key);
    return [];
  });
}

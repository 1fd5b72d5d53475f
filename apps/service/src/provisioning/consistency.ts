import type { Declaration, DeclaredOrganisation, SecretSource } from './declaration.ts';
import type { PlacedFault } from './read-declaration.ts';
import { checkPassword, checkTokenValue, readSecret, UnusableSecret } from './secret-values.ts';

/** The organisation of those who run the service; the role `operator` exists in it alone. */
export const operatorsName = 'Operators';

export interface Surroundings {
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the group or others can read the file. */
  readonly open: boolean;
}

/** What a schema cannot see: names given twice, roles out of place, secrets that cannot be used or that others can read. */
export function faultsWithin({ organisations }: Declaration, surroundings: Surroundings): PlacedFault[] {
  const tokens = new Map<string, string>();
  return [
    ...twice(organisations, (organisation) => organisation.name, '/organisations', 'name'),
    ...twice(organisations, (organisation) => organisation.partnerId, '/organisations', 'partnerId'),
    ...organisations.flatMap((organisation, index) =>
      faultsOfOrganisation(organisation, `/organisations/${index}`, surroundings, tokens),
    ),
  ];
}

function faultsOfOrganisation(
  { name, people = [], apiTokens = [], contracts = [] }: DeclaredOrganisation,
  at: string,
  surroundings: Surroundings,
  tokens: Map<string, string>,
): PlacedFault[] {
  const faults = [
    ...twice(people, ({ email }) => email.toLowerCase(), `${at}/people`, 'email'),
    ...twice(apiTokens, (token) => token.name, `${at}/apiTokens`, 'name'),
    ...twice(contracts, ({ number }) => number, `${at}/contracts`, 'number'),
    ...contracts.flatMap(({ sites = [] }, index) =>
      twice(sites, (site) => site.name, `${at}/contracts/${index}/sites`, 'name'),
    ),
  ];
  const held = [
    ...people.map(({ role }, index) => ({ role, pointer: `${at}/people/${index}/role` })),
    ...apiTokens.map(({ role }, index) => ({ role, pointer: `${at}/apiTokens/${index}/role` })),
  ];
  for (const { role, pointer } of held)
    if (role === 'operator' && name !== operatorsName)
      faults.push({ pointer, message: `is possible in the organisation ${operatorsName} only` });

  people.forEach(({ password }, index) => {
    if (password === undefined) return;
    faults.push(...faultsOfSecret(password, `${at}/people/${index}/password`, surroundings, checkPassword));
  });
  apiTokens.forEach(({ value }, index) => {
    const pointer = `${at}/apiTokens/${index}/value`;
    const once = (text: string) => {
      checkTokenValue(text);
      const other = tokens.get(text);
      tokens.set(text, pointer);
      if (other !== undefined) throw new UnusableSecret(`is the value of ${other.slice(1)} too`);
    };
    faults.push(...faultsOfSecret(value, pointer, surroundings, once));
  });
  return faults;
}

function faultsOfSecret(
  source: SecretSource,
  pointer: string,
  { file, environment, open }: Surroundings,
  check: (text: string) => void,
): PlacedFault[] {
  const faults: PlacedFault[] = [];
  if (open && typeof source === 'string')
    faults.push({ pointer, message: `is a secret in a file that others can read; run chmod 600 ${file}` });
  try {
    check(readSecret(source, file, environment));
  } catch (error) {
    if (!(error instanceof UnusableSecret)) throw error;
    faults.push({ pointer, message: error.message });
  }
  return faults;
}

function twice<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
  at: string,
  field: string,
): PlacedFault[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (key === undefined || !seen.has(key)) {
      if (key !== undefined) seen.add(key);
      return [];
    }
    return [{ pointer: `${at}/${index}/${field}`, message: 'is there twice' }];
  });
}

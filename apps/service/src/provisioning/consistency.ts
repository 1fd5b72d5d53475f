import { dirname } from 'node:path';
import {
  type PlacedFault,
  type ProvisionedOrganisation,
  type Provisioning,
  readSecret,
  type SecretSource,
  UnusableSecret,
} from '@meterhouse/contract/declaration';
import { checkPassword, checkTokenValue } from './secret-values.ts';

/** The organisation of those who run the service; the role `operator` exists in it alone. */
export const operatorsName = 'Operators';

export interface Surroundings {
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the group or others can read the file. */
  readonly open: boolean;
}

/** What its shape does not say: roles out of place, secrets that cannot be used or that others can read. */
export function faultsWithin({ organisations }: Provisioning, surroundings: Surroundings): PlacedFault[] {
  const tokens = new Map<string, string>();
  return organisations.flatMap((organisation, index) =>
    faultsOfOrganisation(organisation, `/organisations/${index}`, surroundings, tokens),
  );
}

function faultsOfOrganisation(
  { name, people = [], apiTokens = [] }: ProvisionedOrganisation,
  at: string,
  surroundings: Surroundings,
  tokens: Map<string, string>,
): PlacedFault[] {
  // A value that changes retires the one before, so there is one token of a name, whatever its role.
  const faults: PlacedFault[] = apiTokens.flatMap((token, index) =>
    apiTokens.slice(0, index).some((other) => other.name === token.name && other.role !== token.role)
      ? [{ pointer: `${at}/apiTokens/${index}/name`, message: 'is there twice' }]
      : [],
  );
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
    check(readSecret(source, dirname(file), environment));
  } catch (error) {
    if (!(error instanceof UnusableSecret)) throw error;
    faults.push({ pointer, message: error.message });
  }
  return faults;
}

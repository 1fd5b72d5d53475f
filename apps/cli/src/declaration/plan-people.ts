import { dirname } from 'node:path';
import { type DeclaredPerson, readSecret, UnusableSecret } from '@meterhouse/contract/declaration';
import type { OrganisationState } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { planDeletion, planItem } from './plan-item.ts';

const LIST = '/api/v1/people';
/** As the API takes it. */
const SHORTEST = 12;

/** Members and their roles. A password is read and sent when its person is added, and then is theirs. */
export function planPeople(
  planning: Planning,
  declared: readonly DeclaredPerson[] | undefined,
  { people, apiTokens }: OrganisationState,
  { file, tokenId }: { readonly file: string; readonly tokenId: string | undefined },
): void {
  if (declared === undefined) return;
  declared.forEach(({ email, role, password }, index) => {
    const address = email.toLowerCase();
    const present = people.find((person) => person.email === address);
    const at = `${planning.at}/people/${index}`;
    refuseOperatorElsewhere(planning, role, at);
    const secret =
      present !== undefined || password === undefined
        ? undefined
        : passwordOf(planning, password, dirname(file), `${at}/password`);
    planItem(planning, {
      kind: 'person',
      name: address,
      fields: { role },
      beside: { email: address, ...(secret === undefined ? {} : { password: secret }) },
      list: LIST,
      present: present && { ...placeOf(present), fields: { role: present.role } },
    });
  });
  if (!planning.prune) return;
  const self = apiTokens.find(({ id }) => id === tokenId)?.personId;
  for (const person of people) {
    if (declared.some(({ email }) => email.toLowerCase() === person.email)) continue;
    if (person.id === self)
      planning.warnings.push(`${person.email} is not declared and stays: you are signed in as them.`);
    else planDeletion(planning, 'person', person.email, placeOf(person));
  }
}

const placeOf = ({ id, sequence }: { id: string; sequence: number }) => ({ path: `${LIST}/${id}`, sequence });

/** The service refuses it too, but only when its turn comes. */
export function refuseOperatorElsewhere({ place, faults }: Planning, role: string, at: string): void {
  if (role === 'operator' && !place.operators)
    faults.push({ pointer: `${at}/role`, message: 'is possible in the organisation of the operators only' });
}

function passwordOf(
  { faults }: Planning,
  source: NonNullable<DeclaredPerson['password']>,
  folder: string,
  pointer: string,
): string | undefined {
  try {
    const password = readSecret(source, folder, process.env);
    if (password.length >= SHORTEST) return password;
    throw new UnusableSecret(`must have ${SHORTEST} characters or more`);
  } catch (error) {
    if (!(error instanceof UnusableSecret)) throw error;
    faults.push({ pointer, message: error.message });
    return undefined;
  }
}

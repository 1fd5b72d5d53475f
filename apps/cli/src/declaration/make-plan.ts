import type { DeclaredOrganisation, PlacedFault } from '@meterhouse/contract/declaration';
import type { Client } from '../http/client.ts';
import { type Part, readState } from './organisation-state.ts';
import { placeOf } from './place.ts';
import type { Plan, Planning, Step } from './plan.ts';
import { planContracts } from './plan-contracts.ts';
import { planCustomers } from './plan-customers.ts';
import { planMeters } from './plan-meters.ts';
import { planOrganisation, planQuotas } from './plan-organisation.ts';
import { planPeople } from './plan-people.ts';
import { planTokens } from './plan-tokens.ts';
import type { DeclarationFile } from './read-file.ts';
import { type Declarer, whoDeclares } from './who-declares.ts';

interface Wishes {
  /** Things of the kinds that an organisation's declaration names, and which it does not name, go. */
  readonly prune: boolean;
  /** Where the values of tokens go that name no file. */
  readonly secretsDir: string | undefined;
}

/**
 * Compares a declaration with what the service has. Nothing is changed by it.
 * @throws Failure that names every fault of the declaration with its line
 */
export async function makePlan(client: Client, file: DeclarationFile, wishes: Wishes): Promise<Plan> {
  const declarer = await whoDeclares(client);
  const faults: PlacedFault[] = [];
  const steps: Step[] = [];
  const deletions: Step[] = [];
  const warnings: string[] = [];
  let unchanged = 0;
  const taken = new Set<string>();
  for (const [index, declared] of file.declaration.organisations.entries()) {
    const present = declarer.organisations.find(({ name }) => name === declared.name);
    const at = `/organisations/${index}`;
    if (present === undefined && !declarer.everywhere) {
      faults.push({ pointer: `${at}/name`, message: notYours(declarer) });
      continue;
    }
    const planning: Planning = {
      place: placeOf(client, present ?? { name: declared.name }, declarer.byOperator),
      prune: wishes.prune,
      at,
      steps,
      deletions,
      faults,
      warnings,
      same: () => {
        unchanged += 1;
      },
    };
    const state = await readState(planning.place, partsOf(declared));
    const surroundings = { file: file.path, secretsDir: wishes.secretsDir, tokenId: declarer.tokenId, taken };
    planOrganisation(planning, declared, present);
    planQuotas(planning, declared.quotas, state);
    planPeople(planning, declared.people, state, surroundings);
    planContracts(planning, declared.contracts, state);
    planCustomers(planning, declared.customers, state);
    planMeters(planning, declared.meters, declared.contracts ?? [], state);
    planTokens(planning, declared.apiTokens, state, surroundings);
  }
  if (faults.length > 0) throw file.failure(faults);
  return { steps: [...steps, ...deletions.reverse()], unchanged, warnings };
}

const notYours = ({ own, byOperator }: Declarer) =>
  byOperator
    ? `is not ${own}, which --organisation names`
    : `is not yours: you are of ${own}; operators declare several`;

/** What has to be read: what is named, and what that refers to. */
function partsOf({
  people,
  apiTokens,
  contracts,
  customers,
  meters,
  quotas,
}: DeclaredOrganisation): Set<Part> {
  const parts = new Set<Part>();
  if (people !== undefined) parts.add('people').add('apiTokens');
  if (apiTokens !== undefined) parts.add('apiTokens');
  if (contracts !== undefined || meters !== undefined) parts.add('contracts');
  if (customers !== undefined) parts.add('customers');
  if (meters !== undefined) parts.add('meters');
  if (quotas !== undefined) parts.add('quotas');
  return parts;
}

import type { MeterDetail, MeterSummary, RegistrationRequest } from '@meterhouse/contract';
import type { DeclaredContract, DeclaredMeter } from '@meterhouse/contract/declaration';
import { once } from '../http/once.ts';
import { registerMeter } from '../journey/register-meter.ts';
import type { OrganisationState } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { differences, planDeletion, planItem } from './plan-item.ts';

const pathOf = (agentId: string) => `/api/v1/meters/${agentId}`;

/** Meters by their UUID. What is left out of one stays; null takes it off its contract or site. A deleted one is brought back. */
export function planMeters(
  planning: Planning,
  declared: readonly DeclaredMeter[] | undefined,
  contracts: readonly DeclaredContract[],
  state: OrganisationState,
): void {
  if (declared === undefined) return;
  const { place } = planning;
  declared.forEach(({ agentId: anyCase, ...terms }, index) => {
    const agentId = anyCase.toLowerCase();
    const fields = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
    const name = `${agentId} (${terms.label})`;
    const present = state.meters.find((meter) => meter.agentId === agentId);
    const deleted = state.deletedMeters.find((meter) => meter.agentId === agentId);
    checkReferences(planning, terms, present ?? deleted, {
      contracts,
      state,
      at: `${planning.at}/meters/${index}`,
    });
    if (deleted !== undefined) {
      undelete(planning, deleted, name, fields);
      return;
    }
    planItem(planning, {
      kind: 'meter',
      name,
      fields,
      list: '/api/v1/meters',
      present: present && { path: pathOf(agentId), sequence: present.sequence, fields: { ...present } },
      async create() {
        const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
        await registerMeter(place.client, { ...given, agentId } as RegistrationRequest, true);
      },
    });
  });
  if (!planning.prune) return;
  for (const { agentId, label, sequence } of state.meters)
    if (!declared.some((meter) => meter.agentId.toLowerCase() === agentId))
      planDeletion(planning, 'meter', `${agentId} (${label})`, { path: pathOf(agentId), sequence });
}

function undelete(
  planning: Planning,
  { agentId, sequence, ...present }: MeterSummary,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): void {
  const { client, name: organisation } = planning.place;
  const others = differences({ ...present }, fields);
  planning.steps.push({
    action: 'change',
    organisation,
    kind: 'meter',
    name,
    fields: [{ field: 'deleted', from: true, to: false }, ...others],
    async carryOut() {
      const call = { method: 'POST', json: { sequence } } as const;
      const back = (await once(client, `${pathOf(agentId)}/undelete`, call)) as MeterDetail;
      if (others.length === 0) return;
      await once(client, pathOf(agentId), { method: 'PATCH', json: { sequence: back.sequence, ...fields } });
    },
  });
}

/** The service refuses unknown names too, but only when the meter's turn comes. */
function checkReferences(
  { faults }: Planning,
  { contractNumber, siteName }: Omit<DeclaredMeter, 'agentId'>,
  present: MeterSummary | undefined,
  {
    contracts,
    state,
    at,
  }: {
    readonly contracts: readonly DeclaredContract[];
    readonly state: OrganisationState;
    readonly at: string;
  },
): void {
  const under = contractNumber === undefined ? present?.contractNumber : (contractNumber ?? undefined);
  const known = [...contracts, ...state.contracts].filter(({ number }) => number === under);
  if (under !== undefined && known.length === 0) {
    faults.push({ pointer: `${at}/contractNumber`, message: `is no contract of the organisation` });
    return;
  }
  if (typeof siteName !== 'string') return;
  const there = known.some(({ sites = [] }) => sites.some(({ name }) => name === siteName));
  if (!there)
    faults.push({
      pointer: `${at}/siteName`,
      message: under === undefined ? 'needs a contractNumber' : `is no site of contract ${under}`,
    });
}

import type { OrganisationItem, QuotaSettings } from '@meterhouse/contract';
import type { DeclaredOrganisation } from '@meterhouse/contract/declaration';
import { once } from '../http/once.ts';
import { type OrganisationState, quotasPath } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { differences, planItem } from './plan-item.ts';

/** The organisation itself. A partner number that is not declared stays. */
export function planOrganisation(
  planning: Planning,
  { name, partnerId }: DeclaredOrganisation,
  present: OrganisationItem | undefined,
): void {
  const { place, at, faults } = planning;
  if (!place.byOperator && partnerId !== undefined && partnerId !== present?.partnerId)
    faults.push({ pointer: `${at}/partnerId`, message: 'is changed by operators only' });
  const list = '/api/v1/organisations';
  const fields = partnerId === undefined ? {} : { partnerId };
  planItem(planning, {
    kind: 'organisation',
    name,
    fields,
    list,
    present: present && {
      path: `${list}/${present.id}`,
      sequence: present.sequence,
      fields: { ...present },
    },
    async create() {
      const made = await once(place.client, list, { method: 'POST', json: { name, ...fields } });
      place.enter((made as OrganisationItem).id);
    },
  });
}

/** Quotas are set all at once; those that are not declared stay. */
export function planQuotas(
  planning: Planning,
  declared: DeclaredOrganisation['quotas'],
  { quotas }: OrganisationState,
): void {
  if (declared === undefined) return;
  const { place, at, faults } = planning;
  if (!place.byOperator) {
    faults.push({ pointer: `${at}/quotas`, message: 'are set by operators only' });
    return;
  }
  const { sequence = 0, organisationId: _id, items: _uses, ...limits } = quotas ?? { sequence: 0 };
  const fields = differences(limits, declared);
  if (fields.length === 0) {
    planning.same();
    return;
  }
  planning.steps.push({
    action: 'change',
    organisation: place.name,
    kind: 'quotas',
    name: place.name,
    fields,
    async carryOut() {
      const json: QuotaSettings = { ...limits, ...declared, sequence };
      await once(place.client, quotasPath(place.id()!), { method: 'PUT', json });
    },
  });
}

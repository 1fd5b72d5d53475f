import type { ContractItem, SiteItem } from '@meterhouse/contract';
import type { DeclaredContract } from '@meterhouse/contract/declaration';
import { type OrganisationState, sitesPath } from './organisation-state.ts';
import type { Planning } from './plan.ts';
import { planDeletion, planItem } from './plan-item.ts';

const LIST = '/api/v1/contracts';

/** Contracts and their sites. As in the provisioning file, no commit is one of 0 points, and a text left out is empty. */
export function planContracts(
  planning: Planning,
  declared: readonly DeclaredContract[] | undefined,
  { contracts }: OrganisationState,
): void {
  if (declared === undefined) return;
  for (const { number, sites, minimumCommit = { quantity: '0', unit: 'points' }, ...terms } of declared) {
    const present = contracts.find((contract) => contract.number === number);
    planItem(planning, {
      kind: 'contract',
      name: number,
      fields: { ...terms, minimumCommit },
      beside: { number },
      list: LIST,
      present: present && { ...placeOf(present), fields: { ...present } },
    });
    if (sites !== undefined) planSites(planning, number, sites, present?.sites ?? []);
  }
  if (!planning.prune) return;
  for (const contract of contracts) {
    if (declared.some(({ number }) => number === contract.number)) continue;
    planDeletion(planning, 'contract', contract.number, placeOf(contract));
    for (const site of contract.sites) deleteSite(planning, contract.number, site);
  }
}

function planSites(
  planning: Planning,
  contract: string,
  declared: NonNullable<DeclaredContract['sites']>,
  sites: readonly SiteItem[],
): void {
  for (const { name, countryRegion = '', address = '', postCode = '' } of declared) {
    const present = sites.find((site) => site.name === name);
    planItem(planning, {
      kind: 'site',
      name: `${contract} / ${name}`,
      fields: { countryRegion, address, postCode },
      beside: { name },
      list: sitesPath(contract),
      present: present && {
        path: `${sitesPath(contract)}/${present.id}`,
        sequence: present.sequence,
        fields: { ...present },
      },
    });
  }
  if (!planning.prune) return;
  for (const site of sites)
    if (!declared.some(({ name }) => name === site.name)) deleteSite(planning, contract, site);
}

function deleteSite(planning: Planning, contract: string, { id, name, sequence }: SiteItem): void {
  const path = `${sitesPath(contract)}/${id}`;
  planDeletion(planning, 'site', `${contract} / ${name}`, { path, sequence });
}

const placeOf = ({ number, sequence }: ContractItem) => ({
  path: `${LIST}/${encodeURIComponent(number)}`,
  sequence,
});

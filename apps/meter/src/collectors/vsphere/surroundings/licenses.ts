/**
 * What hosts run under, by the vCenter's own list of assigned licences. It says keys and editions; whether a key is rented or owned is
 * nowhere published in it, so a person says that by the key's last five characters. Only a key in evaluation says it of itself.
 */
import type { License } from '../../../inventory/index.ts';
import type { LicenseRule } from '../../../settings/index.ts';
import { kept } from '../kept-text.ts';
import type { XmlElement } from '../soap/xml-element.ts';

const LAST = 5;

export interface AssignedLicense {
  /** Id of the host or cluster. */
  readonly entity: string;
  readonly license: License;
}

/** @param assignment a LicenseAssignmentManagerLicenseAssignment */
export function readAssignment(
  assignment: XmlElement,
  rules: readonly LicenseRule[],
): AssignedLicense | undefined {
  const entity = assignment.textOf('entityId');
  const assigned = assignment.child('assignedLicense');
  const key = assigned?.textOf('licenseKey');
  if (entity === undefined || assigned === undefined || key === undefined || key === '') return undefined;
  const edition = assigned.textOf('editionKey') ?? '';
  const rule = rules.find((one) => lastOf(one.key) === lastOf(key));
  return {
    entity: kept(entity),
    license: {
      key: kept(key),
      category: rule?.category ?? (isEvaluation(key, edition) ? 'demo' : 'unknown'),
      edition: rule?.edition ?? kept(edition),
      sku: rule?.sku ?? '',
    },
  };
}

/** For people: the last five characters alone. */
export function masked(key: string): string {
  return `*****-${lastOf(key)}`;
}

function isEvaluation(key: string, edition: string): boolean {
  return edition === 'eval' || /^0{5}(?:-0{5}){4}$/.test(key);
}

function lastOf(key: string): string {
  return key.slice(-LAST).toUpperCase();
}

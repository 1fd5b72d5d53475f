import { type MeterChange, Problem, type ProblemFault } from '@meterhouse/contract';
import { holdSite, lockContract } from '../commerce/index.ts';
import type { Transaction } from '../platform/database/types.ts';
import type { NamedTerms, Terms } from './assignments.ts';
import { findUnsubmittedMonth } from './find-unsubmitted-month.ts';
import type { Meter } from './meter.ts';

/**
 * What is asked for, with what is left out taken from what holds, and null for none; and every name that nothing is known by.
 * What is named is held: whoever deletes it at the same moment comes before or after, never between.
 */
export async function termsAsked(
  transaction: Transaction,
  organisationId: string,
  { contractNumber, siteName, meteringMode }: Omit<MeterChange, 'sequence'>,
  current: NamedTerms | undefined,
): Promise<{ terms: Terms; faults: ProblemFault[] }> {
  const mode = meteringMode ?? current?.meteringMode ?? 'PRODUCTION';
  const faults: ProblemFault[] = [];
  let { contractId, siteId } = current ?? {};
  if (contractNumber !== undefined) {
    const contract =
      contractNumber === null
        ? undefined
        : await lockContract(transaction, organisationId, contractNumber, 'naming');
    if (contract === undefined && contractNumber !== null)
      faults.push({
        pointer: '/contractNumber',
        message: 'no contract of your organisation has this number',
      });
    // A site belongs to its contract, so another contract leaves it behind.
    if (contract?.id !== contractId) siteId = undefined;
    contractId = contract?.id;
  }
  if (siteName === null) siteId = undefined;
  else if (siteName !== undefined) {
    const site =
      contractId === undefined
        ? undefined
        : await holdSite(transaction, organisationId, contractId, siteName);
    if (contractId === undefined && (contractNumber === undefined || contractNumber === null))
      faults.push({ pointer: '/siteName', message: 'a site needs a contract: send contractNumber too' });
    else if (contractId !== undefined && site === undefined)
      faults.push({ pointer: '/siteName', message: 'the contract has no site of this name' });
    siteId = site?.id;
  }
  const terms = {
    ...(contractId === undefined ? {} : { contractId }),
    ...(siteId === undefined ? {} : { siteId }),
    meteringMode: mode,
  };
  return { terms, faults };
}

/** @throws problem `meter-deleted`, `mode-change-refused`, `contract-in-use` */
export async function refuseForbiddenChange(
  transaction: Transaction,
  meter: Meter,
  current: NamedTerms,
  terms: Terms,
): Promise<void> {
  if (meter.deletedAt !== undefined)
    throw new Problem('meter-deleted', {
      detail: `Undelete it first: POST /api/v1/meters/${meter.agentId}/undelete.`,
    });
  if (current.meteringMode === 'PRODUCTION' && terms.meteringMode === 'TEST')
    throw new Problem('mode-change-refused', {
      detail:
        'A PRODUCTION meter does not become a TEST meter. Register the test meter under an agentId of its own.',
    });
  if (current.contractId === undefined || current.contractId === terms.contractId) return;
  const month = await findUnsubmittedMonth(transaction, meter.organisationId, current.contractId);
  if (month !== undefined)
    throw new Problem('contract-in-use', {
      detail: `${month} of contract ${current.contractNumber} is closed and not submitted yet. Submit it, then change the contract.`,
    });
}

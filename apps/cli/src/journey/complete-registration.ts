import { randomUUID } from 'node:crypto';
import type { ContractItem, RegistrationRequest, SiteItem } from '@meterhouse/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';
import { allPages } from '../output/all-pages.ts';
import { askChoice, askText, canAsk } from '../terminal/ask.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Stands for "none" among contract numbers, of which none is empty. */
const NONE = '';

/**
 * What a registration needs and was not said, asked for on a terminal: the UUID, the label, and, where nothing was said of
 * them, contract, site and mode. A request that has UUID and label was made by flags, and is left as it is.
 * @throws Failure that names everything that is missing, where nobody can be asked
 */
export async function completeRegistration(
  client: Client,
  given: Partial<RegistrationRequest>,
): Promise<RegistrationRequest> {
  const { agentId, label } = given;
  if (agentId !== undefined && label !== undefined) return { ...given, agentId, label };
  if (!canAsk()) {
    const missing = [
      ...(agentId === undefined ? ["<agent>: the meter's UUID"] : []),
      ...(label === undefined ? ['--label <text>: what people call it'] : []),
    ];
    throw new Failure('The registration is not complete.', EXIT.usage, {
      faults: missing,
      advice: 'meterhouse meters register --help tells more.',
    });
  }
  const asked = {
    agentId: agentId ?? (await askAgent()),
    label:
      label ??
      (await askText({
        message: 'What do people call it?',
        check: (text) => (text === '' ? 'It needs a name.' : undefined),
      })),
  };
  const place = given.contractNumber === undefined ? await askPlace(client) : {};
  const meteringMode = given.meteringMode ?? (await askMode());
  return { ...given, ...asked, ...place, meteringMode };
}

function askAgent(): Promise<string> {
  return askText({
    message: "The meter's UUID",
    usual: randomUUID(),
    check: (text) => (UUID.test(text) ? undefined : 'Write a UUID, such as "meterhouse meter init" told.'),
  });
}

function askMode(): Promise<'PRODUCTION' | 'TEST'> {
  return askChoice('What is it for?', [
    { value: 'PRODUCTION', label: 'PRODUCTION', hint: 'its usage is billed' },
    { value: 'TEST', label: 'TEST', hint: 'its usage stays out of bills' },
  ]);
}

/** Contract and site, from those that there are. Asking for sites of a contract that has none would be idle. */
async function askPlace(client: Client): Promise<{ contractNumber?: string; siteName?: string }> {
  const contracts = await Array.fromAsync(allPages<ContractItem>(client, '/api/v1/contracts'));
  if (contracts.length === 0) return {};
  const contractNumber = await askChoice('Under which contract is it billed?', [
    ...contracts.map(({ number, family, ruleSet }) => ({
      value: number,
      label: number,
      hint: `${family}, ${ruleSet}`,
    })),
    { value: NONE, label: 'none', hint: 'a trial; nothing is billed' },
  ]);
  if (contractNumber === NONE) return {};
  const path = `/api/v1/contracts/${encodeURIComponent(contractNumber)}/sites`;
  const sites = await Array.fromAsync(allPages<SiteItem>(client, path));
  if (sites.length === 0) return { contractNumber };
  const siteName = await askChoice('At which site does it stand?', [
    ...sites.map(({ name, countryRegion }) => ({ value: name, label: name, hint: countryRegion })),
    { value: NONE, label: 'none' },
  ]);
  return siteName === NONE ? { contractNumber } : { contractNumber, siteName };
}

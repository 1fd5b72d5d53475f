import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type PlacedFault,
  type ProvisionedOrganisation,
  Provisioning as ProvisioningShape,
  readDeclaration,
  readSecret,
  type SecretSource,
} from '@meterhouse/contract/declaration';
import { type CommerceTools, putContract, putSite, type RequestRenewal } from '../commerce/index.ts';
import type { Identity } from '../identity/index.ts';
import type { RecordChange } from '../platform/audit/index.ts';
import type { Database, Transaction } from '../platform/database/index.ts';
import type { Logger } from '../platform/http/index.ts';
import { faultsWithin } from './consistency.ts';
import { putApiToken } from './put-api-token.ts';
import { putOrganisation } from './put-organisation.ts';
import { putPerson } from './put-person.ts';

export interface ProvisioningOptions {
  readonly database: Database;
  readonly recordChange: RecordChange;
  readonly identity: Pick<Identity, 'makeApiToken'>;
  /** Of the reports room, for contracts and sites that change. */
  readonly requestRenewal: RequestRenewal;
  readonly logger: Logger;
  readonly clock: () => Date;
}

/** What the steps of one application share. */
export interface Provisioning {
  readonly transaction: Transaction;
  readonly now: Date;
  readonly makeApiToken: Identity['makeApiToken'];
  secret(source: SecretSource): string;
  record(organisationId: string, action: string, subject: string, details: object): Promise<void>;
  /** Counts a change that was recorded elsewhere. */
  changed(): void;
  fault(fault: PlacedFault): void;
  warn(message: string): void;
}

/**
 * Makes what the file declares so, in one transaction with its audit records: all of it or, when anything is wrong, nothing.
 * The same file twice changes nothing.
 *
 * @returns how many changes were made
 * @throws DeclarationFaults naming every fault with its line
 */
export async function applyDeclaration(
  options: ProvisioningOptions,
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const { database, recordChange, requestRenewal, identity, clock, logger } = options;
  const { declaration, faultsAt } = readDeclaration(
    ProvisioningShape,
    readFileSync(file, 'utf8'),
    { name: file, kind: 'provisioning file' },
    (declaration) =>
      faultsWithin(declaration, { file, environment, open: (statSync(file).mode & 0o077) !== 0 }),
  );
  const { changes, warnings } = await database.transaction(async (transaction) => {
    let changes = 0;
    const faults: PlacedFault[] = [];
    const warnings: string[] = [];
    const provisioning: Provisioning = {
      transaction,
      now: clock(),
      makeApiToken: identity.makeApiToken,
      secret: (source) => readSecret(source, dirname(file), environment),
      async record(organisationId, action, subject, details) {
        changes += 1;
        await recordChange(transaction, {
          organisationId,
          actor: 'service',
          action,
          subject,
          details: { ...details },
        });
      },
      changed: () => {
        changes += 1;
      },
      fault: (fault) => faults.push(fault),
      warn: (message) => warnings.push(message),
    };
    const counted: RecordChange = (on, change) => {
      changes += 1;
      return recordChange(on, change);
    };
    for (const [index, organisation] of declaration.organisations.entries())
      await applyOrganisation(
        provisioning,
        { recordChange: counted, requestRenewal, clock },
        organisation,
        `/organisations/${index}`,
      );
    if (faults.length > 0) throw faultsAt(faults);
    return { changes, warnings };
  });
  for (const warning of warnings) logger.warn({ file }, warning);
  logger.info({ file, changes }, changes === 0 ? 'all that the provisioning file says is so' : 'provisioned');
  return changes;
}

async function applyOrganisation(
  provisioning: Provisioning,
  commerce: CommerceTools,
  organisation: ProvisionedOrganisation,
  at: string,
): Promise<void> {
  const { transaction } = provisioning;
  const { people = [], apiTokens = [], contracts = [] } = organisation;
  const author = { organisationId: await putOrganisation(provisioning, organisation, at), actor: 'service' };
  for (const person of people) await putPerson(provisioning, author.organisationId, person);
  for (const [index, token] of apiTokens.entries())
    await putApiToken(provisioning, author.organisationId, token, `${at}/apiTokens/${index}`);
  for (const { sites = [], minimumCommit = { quantity: '0', unit: 'points' }, ...terms } of contracts) {
    const { id } = await putContract(transaction, commerce, author, { ...terms, minimumCommit });
    for (const { name, countryRegion = '', address = '', postCode = '' } of sites)
      await putSite(
        transaction,
        commerce,
        author,
        { id, number: terms.number },
        { name, countryRegion, address, postCode },
      );
  }
}

import type { ProvisionedToken } from '@meterhouse/contract/declaration';
import { hashToken } from '../identity/index.ts';
import type { Provisioning } from './apply-declaration.ts';

interface TokenRow {
  id: string;
  organisation_id: string;
  name: string;
  role: string;
  provisioned: boolean;
  revoked_at: Date | null;
}

/**
 * Makes the token of this name have this value and role, and no other value: one that the file gave before is retired. A value
 * that was revoked, by a person or by being replaced, stays revoked.
 */
export async function putApiToken(
  provisioning: Provisioning,
  organisationId: string,
  { name, role, value }: ProvisionedToken,
  pointer: string,
): Promise<void> {
  const { transaction, record, secret, fault, warn } = provisioning;
  const hash = hashToken(secret(value));
  const [known] = await transaction.query<TokenRow>(
    'select id, organisation_id, name, role, provisioned, revoked_at from api_tokens where secret_hash = $1 for update',
    [hash],
  );
  if (known && (known.organisation_id !== organisationId || known.name !== name || !known.provisioned)) {
    fault({ pointer: `${pointer}/value`, message: 'is the value of another token already; make a new one' });
    return;
  }
  await retireOthers(provisioning, organisationId, name, hash);
  if (known === undefined) {
    await provisioning.makeApiToken(transaction, {
      organisationId,
      name,
      role,
      value: secret(value),
      provisioned: true,
      actor: 'service',
    });
    provisioning.changed();
  } else if (known.revoked_at !== null) {
    warn(`The API token ${name} has a value that was revoked and stays so. Give it a new one.`);
  } else if (known.role !== role) {
    await transaction.query(
      'update api_tokens set role = $2, sequence = sequence + 1, modified_at = $3 where id = $1',
      [known.id, role, provisioning.now],
    );
    await record(organisationId, 'api-token-changed', `token:${known.id}`, {
      name,
      from: known.role,
      to: role,
    });
  }
}

/** A changed value in the file retires the one before. Tokens that people made are theirs. */
async function retireOthers(
  { transaction, record, now }: Provisioning,
  organisationId: string,
  name: string,
  hash: Buffer,
): Promise<void> {
  const retired = await transaction.query<{ id: string }>(
    `update api_tokens set revoked_at = $4, sequence = sequence + 1, modified_at = $4
     where organisation_id = $1 and name = $2 and provisioned and revoked_at is null and secret_hash <> $3
     returning id`,
    [organisationId, name, hash, now],
  );
  for (const { id } of retired) await record(organisationId, 'api-token-retired', `token:${id}`, { name });
}

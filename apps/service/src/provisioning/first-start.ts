import { randomBytes } from 'node:crypto';
import { writeDurably } from '../platform/archive/index.ts';
import type { ProvisioningOptions } from './apply-declaration.ts';
import { operatorsName } from './consistency.ts';

/**
 * Where there is no operators' organisation yet, makes it and an API token for its first operator, told in a file that only
 * the owner of the process can read. The file is there before the token is in force: a crash between the two leaves a token
 * that does not work, and the next start makes another.
 *
 * @returns whether this was the first start
 */
export async function makeOperators(options: ProvisioningOptions, tokenFile: string): Promise<boolean> {
  const { database, recordChange, identity, clock } = options;
  const value = randomBytes(32).toString('base64url');
  return database.transaction(async (transaction) => {
    // Two processes on one new database must not both be first.
    await transaction.query('lock table organisations in share row exclusive mode');
    const [there] = await transaction.query('select 1 from organisations where is_operator');
    if (there !== undefined) return false;
    const [made] = await transaction.query<{ id: string }>(
      'insert into organisations (name, is_operator, created_at) values ($1, true, $2) returning id',
      [operatorsName, clock()],
    );
    const { id } = made!;
    await writeDurably(tokenFile, `${value}\n`);
    await identity.makeApiToken(transaction, {
      organisationId: id,
      name: 'first operator',
      role: 'operator',
      value,
      actor: 'service',
    });
    await recordChange(transaction, {
      organisationId: id,
      actor: 'service',
      action: 'organisation-made',
      subject: `organisation:${id}`,
      details: { name: operatorsName },
    });
    return true;
  });
}

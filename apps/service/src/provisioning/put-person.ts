import type { DeclaredPerson } from '@meterhouse/contract/declaration';
import { hashPassword, verifyPassword } from '../identity/index.ts';
import type { Transaction } from '../platform/database/index.ts';
import type { Provisioning } from './apply-declaration.ts';

/**
 * Makes the person a member with this role. A password applies once: when the person has none yet. Later it is the person's
 * own, whatever the file says; it opens this organisation when the file knew it at the joining.
 */
export async function putPerson(
  provisioning: Provisioning,
  organisationId: string,
  { email, role, password }: DeclaredPerson,
): Promise<void> {
  const { transaction, record, secret, now } = provisioning;
  const address = email.toLowerCase();
  const { id, passwordHash, memberships } = await lockPerson(transaction, address);
  const member = memberships.find((one) => one.organisation_id === organisationId);
  if (member?.role !== role) {
    await transaction.query(
      `insert into memberships as m (person_id, organisation_id, role, created_at, modified_at)
       values ($1, $2, $3, $4, $4)
       on conflict (person_id, organisation_id) do update
         set role = excluded.role, sequence = m.sequence + 1, modified_at = excluded.modified_at`,
      [id, organisationId, role, now],
    );
    const action = member === undefined ? 'person-joined' : 'role-changed';
    await record(organisationId, action, `person:${id}`, { email: address, role });
  }
  const given = password === undefined ? undefined : secret(password);
  const first = given !== undefined && passwordHash === null;
  if (first || (passwordHash === null && memberships.length === 0))
    await transaction.query('update people set password_hash = $2 where id = $1', [
      id,
      first ? await hashPassword(given) : null,
    ]);
  if (first) await record(organisationId, 'first-login-set', `person:${id}`, { email: address });
  const known = given !== undefined && member === undefined && passwordHash !== null;
  if (first || (known && (await verifyPassword(given, passwordHash))))
    await transaction.query(
      'update memberships set password_opens = true where person_id = $1 and organisation_id = $2',
      [id, organisationId],
    );
}

/** The person of this address, made when there is none, held until the transaction ends. */
async function lockPerson(transaction: Transaction, address: string) {
  await transaction.query('insert into people (email) values ($1) on conflict (email) do nothing', [address]);
  const [person] = await transaction.query<{ id: string; password_hash: string | null }>(
    'select id, password_hash from people where email = $1 for update',
    [address],
  );
  const { id, password_hash } = person!;
  const memberships = await transaction.query<{ organisation_id: string; role: string }>(
    'select organisation_id, role from memberships where person_id = $1',
    [id],
  );
  // As in `addPerson`: what an organisation has set that they have left must not open the next one.
  return { id, memberships, passwordHash: memberships.length === 0 ? null : password_hash };
}

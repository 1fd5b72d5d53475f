import type { DeclaredPerson } from '@meterhouse/contract/declaration';
import { hashPassword } from '../identity/index.ts';
import type { Provisioning } from './apply-declaration.ts';

/**
 * Makes the person a member with this role. A password applies once: when the person has none yet. Later it is the person's
 * own, whatever the file says.
 */
export async function putPerson(
  { transaction, record, secret, now }: Provisioning,
  organisationId: string,
  { email, role, password }: DeclaredPerson,
): Promise<void> {
  const address = email.toLowerCase();
  await transaction.query('insert into people (email) values ($1) on conflict (email) do nothing', [address]);
  const [person] = await transaction.query<{ id: string; password_hash: string | null }>(
    'select id, password_hash from people where email = $1 for update',
    [address],
  );
  const { id, password_hash } = person!;
  const [member] = await transaction.query<{ role: string }>(
    'select role from memberships where person_id = $1 and organisation_id = $2',
    [id, organisationId],
  );
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
  if (password !== undefined && password_hash === null) {
    await transaction.query('update people set password_hash = $2 where id = $1', [
      id,
      await hashPassword(secret(password)),
    ]);
    await record(organisationId, 'first-login-set', `person:${id}`, { email: address });
  }
}

import type { DeclaredOrganisation } from '@meterhouse/contract/declaration';
import type { Provisioning } from './apply-declaration.ts';
import { operatorsName } from './consistency.ts';

/** Makes the organisation of this name be there, with its partner number; gives its id. */
export async function putOrganisation(
  { transaction, record, fault, now }: Provisioning,
  organisation: DeclaredOrganisation,
  pointer: string,
): Promise<string> {
  const { name } = organisation;
  let { partnerId } = organisation;
  const [holder] = await transaction.query(
    'select 1 from organisations where partner_id = $1 and name <> $2',
    [partnerId ?? null, name],
  );
  if (holder !== undefined) {
    fault({ pointer: `${pointer}/partnerId`, message: 'belongs to another organisation already' });
    partnerId = undefined;
  }
  const [before] = await transaction.query<{ id: string; partner_id: string | null }>(
    'select id, partner_id from organisations where name = $1 for update',
    [name],
  );
  if (before === undefined) {
    const [made] = await transaction.query<{ id: string }>(
      'insert into organisations (name, partner_id, is_operator) values ($1, $2, $3) returning id',
      [name, partnerId ?? null, name === operatorsName],
    );
    const { id } = made!;
    await record(id, 'organisation-made', `organisation:${id}`, { name, partnerId: partnerId ?? null });
    return id;
  }
  if (partnerId !== undefined && partnerId !== before.partner_id) {
    await transaction.query(
      'update organisations set partner_id = $2, sequence = sequence + 1, modified_at = $3 where id = $1',
      [before.id, partnerId, now],
    );
    await record(before.id, 'organisation-changed', `organisation:${before.id}`, {
      from: { partnerId: before.partner_id },
      to: { partnerId },
    });
  }
  return before.id;
}

import type { Client } from '../http/client.ts';
import { readIdentity } from '../http/read-identity.ts';
import { note } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';

/** Operators who find nothing are told where they look: their own organisation meters nothing, those that they serve do. */
export async function tellOperatorsOwn(client: Client): Promise<void> {
  const { operator, homeOrganisation, organisation } = await readIdentity(client);
  if (!operator || homeOrganisation !== undefined) return;
  note(
    plain(
      `  You act in ${organisation.name}. --organisation NAME looks into another one; meterhouse organisations list names them.`,
    ),
  );
}

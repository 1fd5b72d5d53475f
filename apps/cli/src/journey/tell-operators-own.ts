import type { Globals } from '../commands/globals.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';
import { readIdentity } from '../http/read-identity.ts';
import { note } from '../terminal/output.ts';
import { plain } from '../terminal/plain.ts';

/** Where operators look who find nothing: their own organisation meters nothing, those that they serve do. */
export async function operatorsOwn(client: Client): Promise<string | undefined> {
  const { operator, homeOrganisation, organisation } = await readIdentity(client);
  if (!operator || homeOrganisation !== undefined) return undefined;
  return `You act in ${organisation.name}, which has no meters; --organisation NAME acts in another.`;
}

/** Says it to operators, on standard error. */
export async function tellOperatorsOwn(client: Client): Promise<void> {
  const words = await operatorsOwn(client);
  if (words !== undefined) note(plain(`  ${words} meterhouse organisations list names them.`));
}

/** An automation that would do nothing for ever, or make things where they serve nobody, fails, unless it names its organisation. */
export async function refuseOperatorsOwn(client: Client, options: Globals): Promise<void> {
  if (options.organisation ?? (process.env.METERHOUSE_ORGANISATION || undefined)) return;
  const words = await operatorsOwn(client);
  if (words === undefined) return;
  throw new Failure(words, EXIT.usage, { advice: 'meterhouse organisations list names them.' });
}

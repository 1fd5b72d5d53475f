import type { Globals } from '../commands/globals.ts';
import { accountOf, apiTokenOf } from '../credentials/account.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from './client.ts';
import { signedIn, signedInAsMeter } from './session.ts';
import { trustAuthority } from './trust-authority.ts';

/**
 * The client of every command: at the server, with the token and in the organisation that options, environment and `login`
 * lead to. Nothing is sent before the first call.
 * @throws Failure when there is no token, or a wish cannot be met
 */
export async function connect(options: Globals): Promise<Client> {
  const { server, apiToken } = await reach(options);
  const organisation = options.organisation ?? process.env.METERHOUSE_ORGANISATION;
  return signedIn(server, apiToken, organisation ? headerText(organisation) : undefined);
}

/** Where the service is and how to come by the API token, for those who exchange it themselves. */
export async function reach(
  options: Globals,
): Promise<{ readonly server: string; readonly apiToken: () => Promise<string> }> {
  if (options.caFile !== undefined) await trustAuthority(options.caFile);
  const account = await accountOf(options);
  return { server: account.server, apiToken: () => apiTokenOf(account) };
}

/** The client of a meter in its directory: no token of a person is used, only the server's address. */
export async function connectAsMeter(options: Globals, dir: string): Promise<Client> {
  return signedInAsMeter((await reach(options)).server, dir);
}

/** @throws Failure when the name has letters that no header holds */
function headerText(name: string): string {
  if (!/[^\u0020-\u007e\u00a0-\u00ff]/.test(name)) return name;
  throw new Failure(`--organisation: "${name}" cannot be sent in a header.`, EXIT.usage, {
    advice: 'Write its UUID: meterhouse organisations list',
  });
}

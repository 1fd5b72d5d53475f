import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Account, chooseAccount } from './choose-account.ts';
import { readCredentials } from './credentials-file.ts';
import { runTokenCommand } from './run-token-command.ts';

export interface AccountOptions {
  readonly server?: string | undefined;
  readonly profile?: string | undefined;
}

/** The account that the options, the environment and what `login` kept lead to. */
export async function accountOf({ server, profile }: AccountOptions): Promise<Account> {
  const token = process.env.METERHOUSE_TOKEN?.trim() || undefined;
  const wishes = {
    server: server ?? (process.env.METERHOUSE_SERVER || undefined),
    profile: profile ?? (process.env.METERHOUSE_PROFILE || undefined),
    token,
  };
  // With a token in the environment nothing that is kept matters, and a fault of it holds nobody up.
  const kept = token === undefined || wishes.profile !== undefined;
  return chooseAccount(wishes, kept ? await readCredentials() : { profiles: {} });
}

/** The API token of an account. It never comes from the command line: there others would see it. */
export async function apiTokenOf({ token }: Account): Promise<string> {
  if (token === undefined) {
    throw new Failure('There is no API token.', EXIT.unauthorised, {
      advice:
        'Run meterhouse login, or put one into METERHOUSE_TOKEN. The first start of a service writes one to a file and says where.',
    });
  }
  return 'value' in token ? token.value : runTokenCommand(token.command);
}

import type { WhoAmI } from '@meterhouse/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { readIdentity } from '../http/read-identity.ts';
import { signedIn } from '../http/session.ts';
import { trustAuthority } from '../http/trust-authority.ts';
import { askSecret, askText, canAsk } from '../terminal/ask.ts';
import { DEFAULT_PROFILE, type Profile } from './credentials.ts';
import { credentialsPath, readCredentials, writeCredentials } from './credentials-file.ts';
import { runTokenCommand } from './run-token-command.ts';
import { DEFAULT_SERVER, serverAddress } from './server-address.ts';

interface LoginWishes {
  readonly server?: string | undefined;
  readonly profile?: string | undefined;
  readonly caFile?: string | undefined;
}

interface Source {
  readonly value?: string;
  readonly command?: string;
}

/**
 * Tries a token and keeps it, or the command that prints it. What is missing is asked for on a terminal.
 * @throws Failure when it cannot be asked for, the token is not good, or the profile is of another server
 */
export async function login(
  wishes: LoginWishes,
  source: Source,
): Promise<{ identity: WhoAmI; name: string; server: string; path: string }> {
  const given = source.value !== undefined || source.command !== undefined;
  if (!given && !canAsk()) {
    throw new Failure('There is no terminal to ask for the token.', EXIT.usage, {
      advice: 'Give it with --token-stdin, or name the command that prints it with --token-command.',
    });
  }
  const path = credentialsPath();
  const credentials = await readCredentials(path);
  const name = wishes.profile ?? (process.env.METERHOUSE_PROFILE || DEFAULT_PROFILE);
  const before = credentials.profiles[name];
  const server = await serverOf(wishes.server ?? process.env.METERHOUSE_SERVER, before?.server, given);
  if (before !== undefined && serverAddress(before.server) !== server) {
    throw new Failure(`Profile ${name} is of ${before.server}.`, EXIT.usage, {
      advice: `Name another one with --profile, or forget this one first: meterhouse logout --profile ${name}`,
    });
  }
  if (wishes.caFile !== undefined) await trustAuthority(wishes.caFile);
  const profile = await profileOf(server, source);
  const token = profile.token ?? (await runTokenCommand(profile.tokenCommand!));
  const identity = await readIdentity(signedIn(server, async () => token));
  await writeCredentials({ profiles: { ...credentials.profiles, [name]: profile } }, path);
  return { identity, name, server, path };
}

async function serverOf(
  wish: string | undefined,
  before: string | undefined,
  given: boolean,
): Promise<string> {
  const usual = before ?? DEFAULT_SERVER;
  if (wish) return serverAddress(wish);
  if (given || !canAsk()) return serverAddress(usual);
  const check = (answer: string) => {
    try {
      serverAddress(answer);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return serverAddress(await askText({ message: 'Address of the service', usual, check }));
}

async function profileOf(server: string, { value, command }: Source): Promise<Profile> {
  if (command !== undefined) return { server, tokenCommand: command };
  if (value === undefined) {
    const check = (answer: string) => (isToken(answer) ? undefined : 'A token is one word; paste it alone.');
    return { server, token: (await askSecret({ message: 'API token (it is not shown)', check })).trim() };
  }
  if (!isToken(value)) {
    throw new Failure(value === '' ? 'No token came.' : 'A token is one word.', EXIT.usage, {
      advice: 'Give the token alone, such as: meterhouse login --token-stdin < token-file',
    });
  }
  return { server, token: value };
}

const isToken = (text: string): boolean => /^\S+$/.test(text.trim());

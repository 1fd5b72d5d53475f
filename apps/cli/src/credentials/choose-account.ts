import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Credentials, DEFAULT_PROFILE, type Profile } from './credentials.ts';
import { DEFAULT_SERVER, serverAddress } from './server-address.ts';

/** Where to call, and how to come by the API token. */
export interface Account {
  readonly server: string;
  /** Undefined when METERHOUSE_TOKEN is used. */
  readonly profile: string | undefined;
  readonly token: { readonly value: string } | { readonly command: string } | undefined;
}

interface Wishes {
  readonly server?: string | undefined;
  readonly profile?: string | undefined;
  /** METERHOUSE_TOKEN; it wins over everything that is kept. */
  readonly token?: string | undefined;
}

/**
 * Chooses whose token goes to which server. A profile that is named counts; otherwise the one of the server that is named;
 * otherwise `default`, or the only one there is. No token is ever given to a server that it is not of.
 * @throws Failure when there is no such profile, or it is of another server
 */
export function chooseAccount(wishes: Wishes, { profiles }: Credentials): Account {
  const server = wishes.server === undefined ? undefined : serverAddress(wishes.server);
  const name = wishes.profile ?? profileOf(server, profiles);
  const profile = name === undefined ? undefined : profiles[name];
  if (wishes.profile !== undefined && profile === undefined) {
    const known = Object.keys(profiles);
    throw new Failure(`There is no profile ${wishes.profile}.`, EXIT.usage, {
      advice:
        known.length === 0 ? 'Make one: meterhouse login --profile NAME' : `There are: ${known.join(', ')}.`,
    });
  }
  if (wishes.token !== undefined && wishes.token !== '') {
    return {
      server: server ?? serverAddress(profile?.server ?? DEFAULT_SERVER),
      profile: undefined,
      token: { value: wishes.token },
    };
  }
  if (profile === undefined) {
    return { server: server ?? serverAddress(DEFAULT_SERVER), profile: undefined, token: undefined };
  }
  const own = serverAddress(profile.server);
  if (server !== undefined && server !== own) {
    throw new Failure(`Profile ${name} is of ${own}, not of ${server}.`, EXIT.usage, {
      advice:
        'A token goes to its own server alone. Leave out --server, or log in there under another profile.',
    });
  }
  return { server: own, profile: name, token: sourceOf(profile) };
}

/** @throws Failure when several profiles are of the server and none is the default one */
function profileOf(
  server: string | undefined,
  profiles: Readonly<Record<string, Profile>>,
): string | undefined {
  const names = Object.keys(profiles).filter(
    (name) => server === undefined || serverAddress(profiles[name]!.server) === server,
  );
  if (names.includes(DEFAULT_PROFILE)) return DEFAULT_PROFILE;
  if (names.length < 2) return names[0];
  throw new Failure(`Which profile? There are ${names.join(', ')}.`, EXIT.usage, {
    advice: 'Name one with --profile, or in METERHOUSE_PROFILE.',
  });
}

function sourceOf({ token, tokenCommand }: Profile): { value: string } | { command: string } {
  return token === undefined ? { command: tokenCommand! } : { value: token };
}

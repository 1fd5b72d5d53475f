import type { AuthorizeAnswer } from '@meterhouse/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Client, createClient } from './client.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:8390';

/** An access token is renewed this long before it ends, so that it outlives the call it is sent with. */
const MARGIN_MS = 60_000;

/** The address of the service. @throws Failure when it is no http(s) address */
export function serverAddress(option: string | undefined): string {
  const text = option ?? process.env.METERHOUSE_SERVER ?? DEFAULT_SERVER;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure(`"${text}" is no address of a service.`, EXIT.usage, {
      advice: `Write --server ${DEFAULT_SERVER}, or set METERHOUSE_SERVER.`,
    });
  }
  return url.href;
}

/** The API token of the caller. It comes from the environment only: on a command line others would see it. */
export function apiToken(): string {
  const token = process.env.METERHOUSE_TOKEN?.trim();
  if (token) return token;
  throw new Failure('There is no API token.', EXIT.unauthorised, {
    advice:
      'Put one into METERHOUSE_TOKEN. The first start of a service writes one to a file and says where.',
  });
}

/** Exchanges an API token for an access token of 30 minutes. */
export async function authorize(server: string, token: string): Promise<AuthorizeAnswer> {
  return createClient(server, async () => '').json<AuthorizeAnswer>(
    '/csp/gateway/am/api/auth/api-tokens/authorize',
    {
      method: 'POST',
      anonymous: true,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ refresh_token: token }).toString(),
    },
  );
}

/** A client that signs in with METERHOUSE_TOKEN when it is first needed, and again before its access token ends. */
export function signedIn(server: string, token: string = apiToken()): Client {
  return createClient(
    server,
    renewing(async () => {
      const { access_token, expires_in } = await authorize(server, token);
      return { accessToken: access_token, expiresAt: Date.now() + expires_in * 1000 };
    }),
  );
}

/** A client that signs in as the meter in `dir`, with the meter's own key: it may upload for it and nothing else. */
export async function signedInAsMeter(server: string, dir: string): Promise<Client> {
  const { loadActivatedMeter, signIn } = await import('@meterhouse/meter');
  const meter = await loadActivatedMeter(dir);
  return createClient(
    server,
    renewing(() => signIn(meter, server)),
  );
}

interface AccessToken {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

function renewing(fetchToken: () => Promise<AccessToken>): () => Promise<string> {
  let current: Promise<AccessToken> | undefined;
  return async () => {
    const held = await current;
    if (held === undefined || held.expiresAt - MARGIN_MS < Date.now()) current = fetchToken();
    return (await current!).accessToken;
  };
}

import type { AuthorizeAnswer } from '@meterhouse/contract';
import { type Client, createClient } from './client.ts';

/** An access token is renewed this long before it ends, so that it outlives the call it is sent with. */
const MARGIN_MS = 60_000;

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

/**
 * A client that signs in when it is first needed, and again before its access token ends.
 * @param apiToken gives the API token; asked each time, so that a command which prints it may rotate it
 * @param headers sent with every call
 */
export function signedIn(
  server: string,
  apiToken: () => Promise<string>,
  headers: Readonly<Record<string, string>> = {},
): Client {
  const bearer = renewing(async () => {
    const { access_token, expires_in } = await authorize(server, await apiToken());
    return { accessToken: access_token, expiresAt: Date.now() + expires_in * 1000 };
  });
  return createClient(server, bearer, headers);
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

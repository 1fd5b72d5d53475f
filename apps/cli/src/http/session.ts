import { ConnectionError } from '@meterhouse/client';
import type { AuthorizeAnswer } from '@meterhouse/contract';
import { connectionCode } from '../explain.ts';
import { type Client, createClient } from './client.ts';

/** Exchanges an API token for an access token of 30 minutes, for those who want the token itself. */
export async function authorize(server: string, token: string): Promise<AuthorizeAnswer> {
  return createClient(server).json<AuthorizeAnswer>('/csp/gateway/am/api/auth/api-tokens/authorize', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ refresh_token: token }).toString(),
  });
}

/**
 * A client that signs in when it is first needed, and again before its access token ends.
 * @param apiToken gives the API token; asked each time, so that a command which prints it may rotate it
 */
export function signedIn(server: string, apiToken: () => Promise<string>, organisation?: string): Client {
  return createClient(server, { apiToken, ...(organisation !== undefined && { organisation }) });
}

/** A client that signs in as the meter in `dir`, with the meter's own key: it may upload for it and nothing else. */
export async function signedInAsMeter(server: string, dir: string): Promise<Client> {
  const { loadActivatedMeter } = await import('@meterhouse/meter/identity');
  const { signIn } = await import('@meterhouse/meter/sign-in');
  const meter = await loadActivatedMeter(dir);
  return createClient(server, {
    accessToken: () =>
      signIn(meter, server).catch((cause: unknown) => {
        const code = connectionCode(cause);
        if (code === undefined) throw cause;
        // As the client's own calls fail, so that this one is made again where they are.
        const url = `${server}/oauth2/token`;
        throw new ConnectionError('The meter cannot sign in.', { code, method: 'POST', url, cause });
      }),
  });
}

import { MeterhouseError, ProblemError, TokenError } from '../errors.ts';
import type { AccessTokens, Transport } from './transport.ts';

/** An access token, and until when it is good (milliseconds since the epoch); undefined: it is asked for before each call. */
export interface HeldToken {
  readonly accessToken: string;
  readonly expiresAt?: number | undefined;
}

/** A value, or what gives it: a function is asked when it is needed, so that a token file may change. */
export type Secret = string | (() => string | Promise<string>);

/** Of an access token: the value, or a function that signs in; for meters, which sign in with their key. */
export type AccessTokenSource = string | (() => string | HeldToken | Promise<string | HeldToken>);

/** A token is renewed this long before it ends, so that it outlives the call it is sent with; of a short one, in its middle. */
const MARGIN_MS = 60_000;
const GATEWAY_PATH = '/csp/gateway/am/api/auth/api-tokens/authorize';
/** Longer than any retry, shorter than a person's patience: callers that wait share this one call. */
const GATEWAY_TIMEOUT_MS = 60_000;

/** Keeps one access token and renews it. Calls that come while it is renewed wait for the same one. */
export function renewing(fetchToken: () => Promise<HeldToken>): AccessTokens {
  let renewal: Promise<HeldToken> | undefined;
  let held: (HeldToken & { readonly renewAt: number }) | undefined;

  function renew(): Promise<HeldToken> {
    renewal ??= (async () => {
      const asked = Date.now();
      const token = await fetchToken();
      const life = token.expiresAt === undefined ? 0 : token.expiresAt - asked;
      held = { ...token, renewAt: asked + life - Math.min(MARGIN_MS, life / 2) };
      return token;
    })().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  return {
    async get() {
      if (held !== undefined && Date.now() < held.renewAt) return held.accessToken;
      return (await renew()).accessToken;
    },
    async renew(refused) {
      // Another call may have renewed it in between.
      if (held !== undefined && held.accessToken !== refused && Date.now() < held.renewAt)
        return held.accessToken;
      held = undefined;
      return (await renew()).accessToken;
    },
  };
}

/** Access tokens for an API token, exchanged at the token gateway. */
export function tokensOfApiToken(apiToken: Secret, gateway: Transport): AccessTokens {
  return renewing(async () => {
    const secret = await readSecret(apiToken);
    const asked = Date.now();
    const answer = await exchange(gateway, secret);
    return { accessToken: answer.access_token, expiresAt: asked + answer.expires_in * 1000 };
  });
}

/** Access tokens of the caller's own making. */
export function tokensOfSource(source: AccessTokenSource): AccessTokens {
  if (typeof source === 'string') return { get: async () => source, renew: async () => source };
  return renewing(async () => {
    const given = await source();
    const token = typeof given === 'string' ? { accessToken: given } : given;
    if (typeof token?.accessToken !== 'string' || token.accessToken === '')
      throw new TokenError('accessToken() gave no token', { code: 'no-token' });
    return token;
  });
}

interface Exchanged {
  readonly access_token: string;
  readonly expires_in: number;
}

async function exchange(gateway: Transport, apiToken: string): Promise<Exchanged> {
  const answer = await gateway
    .send(
      {
        method: 'POST',
        path: GATEWAY_PATH,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams({ refresh_token: apiToken }).toString(),
        repeatable: true,
        timeout: GATEWAY_TIMEOUT_MS,
      },
      (response) => response.text(),
    )
    .catch((error: unknown) => {
      throw error instanceof ProblemError ? refusal(error, apiToken) : error;
    });
  const token = parse(answer);
  if (typeof token?.access_token !== 'string' || !(Number(token.expires_in) > 0))
    throw new TokenError('The answer holds no access token: is this the address of a token gateway?', {
      status: 200,
      code: 'no-token',
    });
  return { access_token: token.access_token, expires_in: Number(token.expires_in) };
}

/** The gateway's words, without the token if it should repeat it. */
function refusal(
  { status, code, detail, title, requestId, retryAfter }: ProblemError,
  apiToken: string,
): TokenError {
  const words = (detail ?? title).split(apiToken).join('…');
  return new TokenError(`${words} (${status} ${code})`, {
    status,
    code,
    detail: words,
    requestId,
    retryAfter,
  });
}

async function readSecret(secret: Secret): Promise<string> {
  const value = typeof secret === 'function' ? await secret() : secret;
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new MeterhouseError('The API token is empty.');
}

function parse(text: string): Partial<Record<keyof Exchanged, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

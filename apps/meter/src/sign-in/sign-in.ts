/**
 * How a meter gets an access token without a human's: it signs an assertion with its key (`private_key_jwt`, RFC 7523), good
 * for one minute and once. It learns the issuer from the service's metadata (RFC 8414), since `aud` must name it to the letter.
 */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { CLIENT_ASSERTION_TYPE, type ServerMetadata, type TokenAnswer } from '@meterhouse/contract';
import { SignJWT } from 'jose';
import { fetch } from 'undici';
import type { ActivatedMeter } from '../identity/index.ts';
import { answerOf } from '../identity/service-refusal.ts';

/** Seconds; the service takes up to 300, and clocks differ by less. */
const LIFETIME = 60;

export interface MeterToken {
  readonly accessToken: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly expiresAt: number;
  /** Our clock minus the service's, seconds; undefined when its answer does not tell the time. */
  readonly skewSeconds: number | undefined;
}

export interface SignInOptions {
  /** Another fetch, for an authority or a time limit of one's own. */
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch by the service's clock, where a test moves that; else its answers tell it. */
  readonly serviceNow?: () => number;
}

/**
 * Exchanges the meter's key for an access token that may upload for this meter and nothing else. The assertion is dated by
 * the service's clock: packages tell hours of the products' clocks, so a wrong clock of the meter must not keep them back.
 * @throws ServiceRefusal when the service says no; TypeError when it cannot be reached
 */
export async function signIn(
  meter: ActivatedMeter,
  server: string,
  options: SignInOptions = {},
): Promise<MeterToken> {
  const call = options.fetch ?? fetch;
  const described = await call(new URL('/.well-known/oauth-authorization-server', server), {
    redirect: 'error',
  });
  const metadata = (await answerOf(described)) as ServerMetadata;
  const told = Date.parse(described.headers.get('date') ?? '');
  const asked = Date.now();
  const now = Math.floor((options.serviceNow?.() ?? (Number.isNaN(told) ? asked : told)) / 1000);
  const { registration } = meter.activation;
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: meter.key.kid })
    .setIssuer(registration)
    .setSubject(registration)
    .setAudience(metadata.issuer)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME)
    .sign(createPrivateKey({ key: { ...meter.key.privateJwk }, format: 'jwk' }));
  // The address we were given, not the one in the metadata: behind a tunnel they differ, and an assertion goes to no stranger.
  const response = await call(new URL('/oauth2/token', server), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: assertion,
    }).toString(),
    redirect: 'error',
  });
  const answer = (await answerOf(response)) as TokenAnswer;
  return {
    accessToken: answer.access_token,
    expiresAt: asked + answer.expires_in * 1000,
    // The header has whole seconds: on average it is half of one behind.
    skewSeconds: Number.isNaN(told) ? undefined : Math.round((asked - told - 500) / 1000),
  };
}

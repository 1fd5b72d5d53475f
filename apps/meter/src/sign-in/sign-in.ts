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
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Exchanges the meter's key for an access token that may upload for this meter and nothing else.
 * @throws ServiceRefusal when the service says no; TypeError when it cannot be reached
 */
export async function signIn(meter: ActivatedMeter, server: string): Promise<MeterToken> {
  const metadata = (await answerOf(
    await fetch(new URL('/.well-known/oauth-authorization-server', server), { redirect: 'error' }),
  )) as ServerMetadata;
  const { registration } = meter.activation;
  const now = Math.floor(Date.now() / 1000);
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
  const response = await fetch(new URL('/oauth2/token', server), {
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
  return { accessToken: answer.access_token, expiresAt: (now + answer.expires_in) * 1000 };
}

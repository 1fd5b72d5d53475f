import { ASSERTION_SECONDS, Problem } from '@meterhouse/contract';
import { decodeJwt, errors, importJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Database, Queryable } from '../platform/database/types.ts';
import type { MeterKeys, SignInKey } from './meter-keys.ts';

/** How far a meter's clock may be off, seconds. */
const skew = 30;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Checks the assertion that a meter signs in with (RFC 7523, 3) and uses it up. What of it is wrong is told only once the
 * signature is right: until then nobody learns whether a registration exists.
 *
 * @throws problem `invalid-client`
 */
export type UseAssertion = (assertion: string) => Promise<SignInKey>;

export function createUseAssertion({
  database,
  meterKeys,
  issuer,
  clock,
}: {
  database: Database;
  meterKeys: MeterKeys;
  issuer: () => string;
  clock: () => Date;
}): UseAssertion {
  return async (assertion) => {
    const registration = claimedClient(assertion);
    const key = registration === undefined ? undefined : await meterKeys.signInKey(database, registration);
    if (registration === undefined || key === undefined) throw unproven();
    const now = clock();
    const payload = await verified(assertion, key, now);
    const fault = faultOf(payload, registration, issuer(), Math.floor(now.getTime() / 1000));
    if (fault !== undefined) throw new Problem('invalid-client', { detail: fault });
    const { jti, exp } = payload as { jti: string; exp: number };
    if (!(await markUsed(database, registration, jti, new Date((exp + skew) * 1000))))
      throw new Problem('invalid-client', { detail: 'This assertion was used before: jti must be new.' });
    return key;
  };
}

/** Forgets assertions that would be refused for their age anyhow. */
export async function forgetUsedAssertions(on: Queryable, now: Date): Promise<void> {
  await on.query('delete from used_assertions where expires_at < $1', [now]);
}

function claimedClient(assertion: string): string | undefined {
  try {
    const { iss } = decodeJwt(assertion);
    return typeof iss === 'string' && uuid.test(iss) ? iss : undefined;
  } catch {
    return undefined;
  }
}

async function verified(assertion: string, key: SignInKey, now: Date): Promise<JWTPayload> {
  try {
    const publicKey = await importJWK(key.publicJwk, 'EdDSA');
    // Times are checked below with all else; here they must only be numbers.
    const { payload, protectedHeader } = await jwtVerify(assertion, publicKey, {
      algorithms: ['EdDSA'],
      currentDate: now,
      clockTolerance: Number.MAX_SAFE_INTEGER,
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && typ !== 'JWT' && typ !== 'client-authentication+jwt') throw unproven();
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw unproven(error);
    throw error;
  }
}

function faultOf(payload: JWTPayload, client: string, issuer: string, now: number): string | undefined {
  const { sub, aud, iat, nbf, exp, jti } = payload;
  const faults: string[] = [];
  if (sub !== client) faults.push('sub must be the registration, as iss is');
  if (aud !== issuer) faults.push(`aud must be exactly ${issuer}`);
  // PostgreSQL stores no NUL and no half of a surrogate pair.
  if (typeof jti !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(jti))
    faults.push('jti must be 1 to 128 visible ASCII characters');
  if (iat === undefined) faults.push('iat is required');
  if (exp === undefined) faults.push('exp is required');
  if (iat !== undefined && iat > now + skew) faults.push('iat lies in the future: set the clock right');
  if (nbf !== undefined && nbf > now + skew) faults.push('nbf lies in the future: set the clock right');
  if (exp !== undefined && exp <= now - skew) faults.push('it has expired: set the clock right');
  if (iat !== undefined && exp !== undefined && !(exp - iat <= ASSERTION_SECONDS && exp > iat))
    faults.push(`exp must be at most ${ASSERTION_SECONDS} seconds after iat`);
  return faults.length === 0 ? undefined : `The assertion is refused: ${faults.join('; ')}.`;
}

const unproven = (cause?: unknown) =>
  new Problem('invalid-client', {
    detail: "The assertion is not one that a meter's current key signed.",
    ...(cause === undefined ? {} : { cause }),
  });

/** False when it was used before. */
async function markUsed(on: Queryable, issuer: string, jti: string, expiresAt: Date): Promise<boolean> {
  const rows = await on.query(
    `insert into used_assertions (issuer, jti, expires_at) values ($1, $2, $3)
     on conflict do nothing returning jti`,
    [issuer, jti, expiresAt],
  );
  return rows.length === 1;
}

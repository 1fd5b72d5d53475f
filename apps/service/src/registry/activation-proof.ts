import {
  ACTIVATION_TYPE,
  type ActivationStatement,
  type MeterPublicKey,
  Problem,
  type ProblemFault,
} from '@meterhouse/contract';
import { calculateJwkThumbprint, compactVerify, errors, importJWK } from 'jose';

/** An activation whose signature is right: whoever sent it had the key and says what is bound to what. */
export interface ActivationProof {
  /** SHA-256 of the activation token, 32 bytes. */
  readonly token: Buffer;
  /** Lower case, as `service`. */
  readonly agent: string;
  readonly service: string;
  readonly publicKey: MeterPublicKey;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
}

/**
 * Reads a compact JWS over an ActivationStatement and verifies it by the key that stands in it. Nothing is looked up.
 *
 * @param faultsOf every fault of the statement against its schema, with pointers into it
 * @throws problem `invalid-request` when it is not such a JWS, `activation-invalid` when the signature is wrong
 */
export async function readActivation(
  jws: string,
  faultsOf: (statement: unknown) => ProblemFault[],
): Promise<ActivationProof> {
  const [header, payload] = jws.split('.').slice(0, 2).map(readJson);
  const errors: ProblemFault[] = isOurHeader(header)
    ? []
    : [{ pointer: '/activation', message: `its header must be {"alg":"EdDSA","typ":"${ACTIVATION_TYPE}"}` }];
  if (payload === undefined)
    errors.push({ pointer: '/activation', message: 'its payload must be JSON in base64url' });
  else errors.push(...faultsOf(payload));
  const statement = payload as ActivationStatement;
  if (errors.length === 0)
    for (const [pointer, text] of [
      ['/activation/token', statement.token],
      ['/activation/publicKey/x', statement.publicKey.x],
    ] as const)
      if (!isCanonical(text)) errors.push({ pointer, message: 'must be 32 bytes in canonical base64url' });
  if (errors.length > 0) throw new Problem('invalid-request', { errors });
  await verify(jws, statement.publicKey);
  return {
    token: Buffer.from(statement.token, 'base64url'),
    agent: statement.agent.toLowerCase(),
    service: statement.service.toLowerCase(),
    publicKey: statement.publicKey,
    kid: await calculateJwkThumbprint(statement.publicKey),
  };
}

async function verify(jws: string, publicKey: MeterPublicKey): Promise<void> {
  try {
    await compactVerify(jws, await importJWK(publicKey, 'EdDSA'), { algorithms: ['EdDSA'] });
  } catch (error) {
    // A point that is not on the curve is refused when the key is imported.
    if (!(error instanceof errors.JOSEError || error instanceof DOMException)) throw error;
    throw new Problem('activation-invalid', {
      detail: 'The signature is not that of the public key in the statement.',
      cause: error,
    });
  }
}

function isOurHeader(header: unknown): boolean {
  if (typeof header !== 'object' || header === null) return false;
  const { alg, typ, ...more } = header as Record<string, unknown>;
  return alg === 'EdDSA' && typ === ACTIVATION_TYPE && Object.keys(more).length === 0;
}

/** One value, one spelling: the last character of 43 has bits to spare, and a key's thumbprint is taken over its text. */
const isCanonical = (text: string) => Buffer.from(text, 'base64url').toString('base64url') === text;

function readJson(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')));
  } catch {
    return undefined;
  }
}

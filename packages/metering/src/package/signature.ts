/**
 * The signature of a package: a detached JWS (RFC 7515, appendix F) over the canonical form of `package`. Its header holds
 * `alg`, `kid`, `typ` and nothing else, in canonical form, so that no field of it can be read in two ways; the key comes
 * from a look-up by thumbprint, never from the file.
 */
import type { KeyObject } from 'node:crypto';
import { type PackageHeader, SIGNATURE_TYPE } from '@meterhouse/contract';
import { CompactSign, type CryptoKey, calculateJwkThumbprint, compactVerify, exportJWK } from 'jose';
import { canonical } from './canonical.ts';

export type Key = CryptoKey | KeyObject;

/** An Ed25519 private key and the RFC 7638 thumbprint of its public half. */
export interface Signer {
  readonly kid: string;
  readonly privateKey: Key;
}

/** Finds a public key of the agent by its thumbprint; undefined when the agent has no such key. */
export type KeyLookup = (kid: string, header: PackageHeader) => Key | undefined | Promise<Key | undefined>;

export type SignatureVerdict = 'good' | 'bad-signature' | 'unknown-key';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** The RFC 7638 thumbprint (SHA-256, base64url) of a public key. */
export async function thumbprint(publicKey: Key): Promise<string> {
  return calculateJwkThumbprint(await exportJWK(publicKey));
}

/** Signs; the answer is `protected..signature`. */
export async function signHeader(header: PackageHeader, signer: Signer): Promise<string> {
  const jws = await new CompactSign(Buffer.from(canonical(header), 'utf8'))
    .setProtectedHeader({ alg: 'EdDSA', kid: signer.kid, typ: SIGNATURE_TYPE })
    .sign(signer.privateKey);
  const [head, , signature] = jws.split('.');
  return `${head}..${signature}`;
}

/** Checks `signature` over `header`. A fault of the look-up itself is thrown on. */
export async function verifySignature(
  header: PackageHeader,
  signature: string,
  keyOf: KeyLookup,
): Promise<SignatureVerdict> {
  const [head = '', , tail = ''] = signature.split('.');
  const kid = keyId(head);
  if (kid === undefined) return 'bad-signature';
  const key = await keyOf(kid, header);
  if (key === undefined) return 'unknown-key';
  const payload = Buffer.from(canonical(header), 'utf8').toString('base64url');
  try {
    await compactVerify(`${head}.${payload}.${tail}`, key, { algorithms: ['EdDSA'] });
    return 'good';
  } catch {
    return 'bad-signature';
  }
}

/** The thumbprint that a protected header names; undefined unless the header is exactly the one that is allowed. */
function keyId(head: string): string | undefined {
  const text = Buffer.from(head, 'base64url').toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('kid' in parsed)) return undefined;
  const { kid } = parsed;
  if (typeof kid !== 'string' || !THUMBPRINT.test(kid)) return undefined;
  const allowed = canonical({ alg: 'EdDSA', kid, typ: SIGNATURE_TYPE });
  return head === Buffer.from(allowed, 'utf8').toString('base64url') ? kid : undefined;
}

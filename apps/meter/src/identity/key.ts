import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

export interface MeterKey {
  readonly privateJwk: PrivateJwk;
  readonly publicJwk: PublicJwk;
  /** The key's RFC 7638 thumbprint, which packages name it by. */
  readonly kid: string;
}

/** A new Ed25519 key. */
export async function makeKey(): Promise<MeterKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = await exportJWK(privateKey);
  return readKey({ kty: 'OKP', crv: 'Ed25519', x: x!, d: d! });
}

export async function readKey(privateJwk: PrivateJwk): Promise<MeterKey> {
  const publicJwk: PublicJwk = { kty: privateJwk.kty, crv: privateJwk.crv, x: privateJwk.x };
  return { privateJwk, publicJwk, kid: await calculateJwkThumbprint(publicJwk) };
}

import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import {
  ACTIVATION_TYPE,
  type ActivationStatement,
  type ActivationToken,
  CLIENT_ASSERTION_TYPE,
  serviceOfActivationToken,
} from '@meterhouse/contract';
import { CompactSign, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { form, type House, issuer, type Organisation, registered } from './testing.ts';

/** What a meter does at its end: keys, activations, assertions, each right or wrong as a test wants it. */
export interface TestKey {
  readonly privateJwk: JWK;
  readonly publicJwk: { kty: 'OKP'; crv: 'Ed25519'; x: string };
}

export async function makeKey(): Promise<TestKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = await exportJWK(privateKey);
  return { privateJwk, publicJwk: { kty: 'OKP', crv: 'Ed25519', x: privateJwk.x! } };
}

export const keyOf = ({ privateJwk }: TestKey) => createPrivateKey({ key: privateJwk, format: 'jwk' });

export async function activationToken(house: House, access: string, agentId: string): Promise<string> {
  const answer = await house.call(access, {
    method: 'POST',
    url: `/usage/api/v1/agents/${agentId}/activation-token`,
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return (answer.json() as ActivationToken).activationToken;
}

/** The JWS that a meter sends, or one that is wrong in what `changes` and `header` say. */
export async function activationOf(
  agentId: string,
  token: string,
  key: TestKey,
  changes: object = {},
  header: object = {},
): Promise<string> {
  const statement: ActivationStatement = {
    token: createHash('sha256').update(token).digest('base64url'),
    agent: agentId,
    service: serviceOfActivationToken(token)!,
    publicKey: key.publicJwk,
  };
  return await new CompactSign(Buffer.from(JSON.stringify({ ...statement, ...changes })))
    .setProtectedHeader({ alg: 'EdDSA', typ: ACTIVATION_TYPE, ...header })
    .sign(keyOf(key));
}

export function activate(house: House, agentId: string, activation: string, remoteAddress = '192.0.2.1') {
  return house.call(undefined, {
    method: 'POST',
    url: `/usage/api/v1/agents/${agentId}/activate`,
    payload: { activation },
    remoteAddress,
  });
}

/** A registered meter with a bound key. */
export async function activated(house: House, organisation: Organisation) {
  const agentId = await registered(house, organisation);
  const key = await makeKey();
  const token = await activationToken(house, organisation.administrator, agentId);
  const answer = await activate(house, agentId, await activationOf(agentId, token, key));
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return { agentId, key, registration: answer.json().registration as string };
}

/** An assertion as a meter makes it, or one that is wrong in what `claims` and `header` say. */
export async function assertionOf(
  house: House,
  { key, registration }: { key: TestKey; registration: string },
  claims: JWTPayload | Record<string, unknown> = {},
  header: object = {},
): Promise<string> {
  const now = Math.floor(house.now.getTime() / 1000);
  const usual = {
    iss: registration,
    sub: registration,
    aud: issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  return await new SignJWT({ ...usual, ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', ...header })
    .sign(keyOf(key));
}

export function signIn(house: House, assertion: string, fields: Record<string, string> = {}) {
  return house.call(undefined, {
    method: 'POST',
    url: '/oauth2/token',
    remoteAddress: '192.0.2.1',
    ...form({
      grant_type: 'client_credentials',
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: assertion,
      ...fields,
    }),
  });
}

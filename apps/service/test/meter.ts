import { createPrivateKey, randomUUID } from 'node:crypto';
import { CLIENT_ASSERTION_TYPE } from '@meterhouse/contract';
import { thumbprint } from '@meterhouse/metering';
import { type JWTPayload, SignJWT } from 'jose';
import { type PackageOptions, packageOf, type TestMeter } from '../src/intake/testing.ts';
import { activationOf, keyOf, makeKey, type TestKey } from '../src/registry/testing-meters.ts';
import { type Answer, type House, type Organisation, until } from './house.ts';

/** A meter that came in through the front door: registered, activated, with its key. */
export interface LiveMeter extends TestMeter {
  readonly key: TestKey;
  /** The activation token and the activation that bound the key. */
  readonly activationToken: string;
  readonly activation: string;
}

type Place = Pick<House, 'call' | 'database' | 'url'>;

/** Registers an agent under contract 1012345, Site A, or as `fields` say, and binds a new key to it. */
export async function makeLiveMeter(
  house: Place,
  organisation: Organisation,
  agentId: string = randomUUID(),
  fields: object = {},
): Promise<LiveMeter> {
  const { administrator } = organisation.access;
  const body = { agentId, label: 'um46', contractNumber: '1012345', siteName: 'Site A', ...fields };
  const path = '/usage/api/v1/agent-registrations';
  const registered = await house.call('POST', path, { bearer: administrator, body });
  if (registered.status !== 202) throw new Error(registered.text);
  await until(
    () => house.call('GET', `${path}/${agentId}`, { bearer: administrator }),
    ({ status }) => status === 200 || status === 204,
  );
  const made = await house.call('POST', `/usage/api/v1/agents/${agentId}/activation-token`, {
    bearer: administrator,
  });
  if (made.status !== 201) throw new Error(made.text);
  const key = await makeKey();
  const activationToken: string = made.json.activationToken;
  const activation = await activationOf(agentId, activationToken, key);
  const bound = await house.call('POST', `/usage/api/v1/agents/${agentId}/activate`, {
    body: { activation },
  });
  if (bound.status !== 200) throw new Error(bound.text);
  const [row] = await house.database.query<{ id: string }>(
    'select id from meters where organisation_id = $1 and agent_id = $2',
    [organisation.id, agentId],
  );
  const privateKey = createPrivateKey({ key: key.privateJwk, format: 'jwk' });
  return {
    id: row!.id,
    organisationId: organisation.id,
    agentId,
    registration: bound.json.registration,
    signer: { kid: await thumbprint(privateKey), privateKey },
    product: randomUUID(),
    key,
    activationToken,
    activation,
  };
}

/** What a meter signs in with, or one that is wrong in what `claims` say. */
export function assertionOf(
  url: string,
  { key, registration }: LiveMeter,
  claims: JWTPayload = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    iss: registration,
    sub: registration,
    aud: url,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .sign(keyOf(key));
}

export function signIn(house: Place, assertion: string): Promise<Answer> {
  return house.call('POST', '/oauth2/token', {
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: assertion,
    }),
  });
}

/** The access token of the meter itself. */
export async function meterAccess(house: Place, meter: LiveMeter): Promise<string> {
  const { status, json, text } = await signIn(house, await assertionOf(house.url, meter));
  if (status !== 200) throw new Error(text);
  return json.access_token;
}

export const packageType = 'application/vnd.meterhouse.usage+gzip';

export function sendPackage(house: Place, meter: TestMeter, bearer: string, file: Buffer): Promise<Answer> {
  return house.call('POST', `/usage/api/v1/agents/${meter.agentId}/uploads`, {
    bearer,
    headers: { 'content-type': packageType },
    body: new Uint8Array(file),
  });
}

/** Makes a package, sends it and waits until it is loaded. */
export async function upload(
  house: Place,
  meter: TestMeter,
  bearer: string,
  options: PackageOptions = {},
): Promise<{ uploadId: string; digest: string; file: Buffer }> {
  const { file, digest } = await packageOf(house.database, meter, options);
  const answer = await sendPackage(house, meter, bearer, file);
  if (answer.status !== 202) throw new Error(answer.text);
  const { uploadId } = answer.json;
  await until(
    () => house.call('GET', `/usage/api/v1/agents/${meter.agentId}/uploads/${uploadId}`, { bearer }),
    ({ json }) => json.state === 'loaded',
  );
  return { uploadId, digest, file };
}

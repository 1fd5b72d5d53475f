/**
 * Binding a meter's key to its registration. An administrator makes an activation token; the meter signs a statement over the
 * token's digest with the key to be bound, and what the service answers is what every package names from then on.
 *
 * The first activation binds the key that init made. Any later one binds a fresh key, since a key is bound once: that starts a
 * new epoch of the chain, and cures a chain that has forked. When an answer was lost on the way, the same token again gives the
 * same statement, which the service answers the same; with another token the key whose answer was lost is left behind.
 *
 * `prepareActivation` and `finishActivation` are apart, so that a person can carry statement and answer for an OFFLINE meter.
 */
import { createPrivateKey, hash } from 'node:crypto';
import {
  ACTIVATION_TYPE,
  type Activation,
  type ActivationStatement,
  serviceOfActivationToken,
} from '@meterhouse/contract';
import { CompactSign } from 'jose';
import { fetch } from 'undici';
import {
  type ActivatedMeter,
  keepActivation,
  keepBinding,
  type Meter,
  MeterError,
  type MeterKey,
  makeKey,
} from '../identity/index.ts';
import { answerOf } from '../identity/service-refusal.ts';
import { openConnections } from '../sign-in/index.ts';

/**
 * Signs the statement that binds the key; the meter keeps the key before it is told to anybody.
 * @returns the compact JWS that the service takes as `activation`
 * @throws MeterError `bad-activation-token` when the text is no activation token
 */
export async function prepareActivation(
  meter: Meter,
  activationToken: string,
): Promise<{ readonly meter: Meter; readonly jws: string }> {
  const service = serviceOfActivationToken(activationToken);
  if (service === undefined) {
    throw new MeterError(
      'bad-activation-token',
      `That is no activation token; it begins with UMA: and an administrator makes it: meterhouse meters activation-token ${meter.agent}`,
    );
  }
  const token = hash('sha256', activationToken, 'base64url');
  const key = await keyToBind(meter, token);
  const prepared = await keepBinding(meter, { key, token });
  const statement: ActivationStatement = {
    token,
    agent: meter.agent,
    service,
    publicKey: key.publicJwk,
  };
  const jws = await new CompactSign(Buffer.from(JSON.stringify(statement), 'utf8'))
    .setProtectedHeader({ alg: 'EdDSA', typ: ACTIVATION_TYPE })
    .sign(createPrivateKey({ key: { ...key.privateJwk }, format: 'jwk' }));
  return { meter: prepared, jws };
}

async function keyToBind({ activation, binding, key }: Meter, token: string): Promise<MeterKey> {
  if (binding?.token === token) return binding.key;
  return activation === undefined && binding === undefined ? key : makeKey();
}

/** Keeps what the service answered. @throws MeterError `bad-activation-answer` */
export async function finishActivation(meter: Meter, answer: unknown): Promise<ActivatedMeter> {
  if (meter.binding === undefined || !isActivation(answer)) {
    throw new MeterError(
      'bad-activation-answer',
      'That is no answer to an activation of this meter. Make a new activation token and activate again.',
    );
  }
  const { service, organisation, registration, epoch } = answer;
  return keepActivation(meter, meter.binding.key, { service, organisation, registration, epoch });
}

/**
 * Activates over the network.
 * @param server the service's address, such as `http://127.0.0.1:8390`
 * @param caFile PEM file of an authority to trust for it, beside the usual ones: `serviceCaFile` of the settings
 * @throws MeterError as above; ServiceRefusal when the service says no; TypeError when it cannot be reached; what the file
 *   system says of the authority's file
 */
export async function activateMeter(
  meter: Meter,
  server: string,
  activationToken: string,
  caFile?: string,
): Promise<ActivatedMeter> {
  const dispatcher = await openConnections(caFile);
  try {
    const prepared = await prepareActivation(meter, activationToken);
    const response = await fetch(new URL(`/usage/api/v1/agents/${meter.agent}/activate`, server), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ activation: prepared.jws }),
      redirect: 'error',
      dispatcher,
    });
    return await finishActivation(prepared.meter, await answerOf(response));
  } finally {
    await dispatcher.destroy();
  }
}

function isActivation(value: unknown): value is Activation {
  if (typeof value !== 'object' || value === null) return false;
  const { service, organisation, registration, epoch } = value as Record<string, unknown>;
  return (
    [service, organisation, registration].every((text) => typeof text === 'string' && text !== '') &&
    Number.isSafeInteger(epoch) &&
    (epoch as number) >= 1
  );
}

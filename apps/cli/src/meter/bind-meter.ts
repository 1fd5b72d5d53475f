import type { ActivationToken, RegistrationRequest } from '@meterhouse/contract';
import type { ActivatedMeter, Meter } from '@meterhouse/meter/identity';
import type { Client } from '../http/client.ts';
import { type RegistrationResult, registerMeter } from '../journey/register-meter.ts';

/**
 * Registers a meter and binds its key to the registration, with the token of whoever may.
 * @param caFile of an authority to trust for the service, beside those that this process trusts
 */
export async function bindMeter(
  client: Client,
  service: string,
  meter: Meter,
  registration: RegistrationRequest,
  caFile: string | undefined,
  onRegistered: (result: RegistrationResult) => void,
): Promise<ActivatedMeter> {
  onRegistered(await registerMeter(client, registration, true));
  const path = `/usage/api/v1/agents/${meter.agent}/activation-token`;
  const { activationToken } = await client.json<ActivationToken>(path, { method: 'POST' });
  const { activateMeter } = await import('@meterhouse/meter/activation');
  return activateMeter(meter, service, activationToken, caFile);
}

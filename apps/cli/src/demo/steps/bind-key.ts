import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActivationToken } from '@meterhouse/contract';
import { finishActivation, prepareActivation } from '@meterhouse/meter/activation';
import { type ActivatedMeter, initMeter } from '@meterhouse/meter/identity';
import { tellCall } from '../call.ts';
import { AUTHORISED, type Journey } from '../journey.ts';

/** Makes the meter's key and binds it: from then on what it signs is known to be of this meter. */
export async function bindKey({ narrator, place, client }: Journey): Promise<ActivatedMeter> {
  const path = `/usage/api/v1/agents/${place.agent}`;
  narrator.step(
    'Bind its key',
    'The meter proves that it holds a key and the activation token; the key never leaves it.',
  );
  narrator.command(`curl -s -X POST "$SERVER/usage/api/v1/agents/$AGENT/activation-token"`, AUTHORISED);
  const answer = (await tellCall(narrator, client, `${path}/activation-token`, {
    method: 'POST',
  })) as ActivationToken;
  const { meter, jws } = await prepareActivation(
    await initMeter(place.meter, place.agent),
    answer.activationToken,
  );
  const file = join(place.root, 'activation.json');
  await writeFile(file, JSON.stringify({ activation: jws }));
  narrator.command(
    `curl -s "$SERVER/usage/api/v1/agents/$AGENT/activate"`,
    "-H 'Content-Type: application/json'",
    `-d @${file}`,
  );
  return finishActivation(
    meter,
    await tellCall(narrator, client, `${path}/activate`, {
      method: 'POST',
      anonymous: true,
      json: { activation: jws },
    }),
  );
}

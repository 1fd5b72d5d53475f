import type { RegistrationRequest } from '@meterhouse/contract';
import { registerMeter } from '../../journey/register-meter.ts';
import { statusLine, tellCall } from '../call.ts';
import { AUTHORISED, type Journey } from '../journey.ts';
import { PROVIDER } from '../throw-away.ts';

const PATH = '/usage/api/v1/agent-registrations';

/** Asks for a meter that nobody knows yet, registers it, and asks again. */
export async function register({ narrator, place, client }: Journey): Promise<void> {
  const { agent } = place;
  narrator.step('Is the meter registered?', 'Not yet: a new meter has a UUID and nobody knows it.');
  narrator.command(`AGENT=${agent}`);
  const ask = () => narrator.command(`curl -s -w '%{http_code}\\n' "$SERVER${PATH}/$AGENT"`, AUTHORISED);
  ask();
  await tellCall(narrator, client, `${PATH}/${agent}`);

  narrator.step(
    'Register it',
    `Its usage will be billed under contract ${PROVIDER.contract}, ${PROVIDER.site}.`,
  );
  const request: RegistrationRequest = {
    agentId: agent,
    connectivityMode: 'ONLINE',
    contractNumber: PROVIDER.contract,
    label: 'um-demo',
    meteringMode: 'PRODUCTION',
    siteName: PROVIDER.site,
    version: '4.6',
  };
  narrator.command(
    `curl -s -w '%{http_code}\\n' "$SERVER${PATH}" ${AUTHORISED}`,
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(request)}'`,
  );
  await registerMeter(client, request, false);
  narrator.answer(statusLine(202));
  narrator.say('It has started; a moment later it is through:');
  ask();
  // The same request again changes nothing; it is how to wait.
  await registerMeter(client, request, true);
  await tellCall(narrator, client, `${PATH}/${agent}`);
}

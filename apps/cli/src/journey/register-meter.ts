import { setTimeout as sleep } from 'node:timers/promises';
import type { Registration, RegistrationRequest } from '@meterhouse/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';

export interface RegistrationResult extends Partial<Registration> {
  readonly agentId: string;
  readonly state: 'unchanged' | 'started' | 'registered';
}

const POLL_MS = 200;
const PATIENCE_MS = 60_000;

/**
 * Registers a meter and, when asked to, waits until the registration is through.
 * @throws Failure when it is not through after a minute; ProblemError when it is refused
 */
export async function registerMeter(
  client: Client,
  request: RegistrationRequest,
  wait: boolean,
): Promise<RegistrationResult> {
  const { agentId } = request;
  const started = await client.send('/usage/api/v1/agent-registrations', { method: 'POST', json: request });
  await started.text();
  if (started.status === 201) return { agentId, state: 'unchanged' };
  if (!wait) return { agentId, state: 'started' };
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(POLL_MS)) {
    const answer = await client.send(`/usage/api/v1/agent-registrations/${agentId}`);
    const text = await answer.text();
    if (answer.status === 204) return { agentId, state: 'registered' };
    if (answer.status === 200) return { agentId, state: 'registered', ...(JSON.parse(text) as Registration) };
  }
  throw new Failure('The registration has started and is not through after a minute.', EXIT.refused, {
    advice: `Look again later: meterhouse meters show ${agentId}`,
  });
}

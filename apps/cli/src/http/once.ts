import { randomUUID } from 'node:crypto';
import { withRetries } from '@meterhouse/client';
import type { Call, Client } from './client.ts';

/**
 * Makes a change once, however often it has to be sent: each attempt carries the same Idempotency-Key, by which the service
 * knows it. @returns the JSON of the answer
 */
export async function once(
  client: Client,
  path: string,
  call: Call,
  key: string = randomUUID(),
): Promise<unknown> {
  return withRetries(() =>
    client.json<unknown>(path, { ...call, headers: { ...call.headers, 'idempotency-key': key } }),
  );
}

import type { WhoAmI } from '@meterhouse/contract';
import type { Client } from './client.ts';

/** Who the caller is, as the service says. */
export async function readIdentity(client: Client): Promise<WhoAmI> {
  return client.json<WhoAmI>('/api/v1/whoami');
}

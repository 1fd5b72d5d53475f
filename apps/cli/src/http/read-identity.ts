import type { Client } from './client.ts';

/** Who the caller is, as the service says. */
export interface Identity {
  readonly organisation: { readonly id: string; readonly name: string };
  readonly role: string;
}

export async function readIdentity(client: Client): Promise<Identity> {
  return client.json<Identity>('/api/v1/whoami');
}

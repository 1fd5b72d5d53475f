import type { Client } from '../http/client.ts';

/** The sequence that an item has now: a change names it, so that it never overwrites what somebody else did in between. */
export async function sequenceOf(client: Client, path: string): Promise<number> {
  return (await client.json<{ sequence: number }>(path)).sequence;
}

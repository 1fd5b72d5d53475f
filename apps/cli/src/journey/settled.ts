import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Client } from '../http/client.ts';

/** `/healthz` answers the same for a second; a look that is to see later work must be further apart. */
const APART_MS = 1200;
const PATIENCE_MS = 5 * 60_000;

interface HealthAnswer {
  readonly checks?: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

/**
 * Waits until the service has loaded what it took and renewed the reports of it: until two looks one after the other find that
 * nothing waits. Only on the service's own machine, to which `/healthz` tells what waits.
 * @throws Failure when it does not come to rest in five minutes
 */
export async function settled(client: Client): Promise<void> {
  let quiet = 0;
  for (const end = Date.now() + PATIENCE_MS; quiet < 2 && Date.now() < end; ) {
    await sleep(APART_MS);
    const { checks } = await client.json<HealthAnswer>('/healthz', { anonymous: true });
    const waits = ['jobs', 'packages'].some((name) => checks?.[name]?.detail !== 'nothing waits');
    quiet = waits ? 0 : quiet + 1;
  }
  if (quiet < 2) throw new Failure(`The service is still at work after ${PATIENCE_MS / 60_000} minutes.`);
}

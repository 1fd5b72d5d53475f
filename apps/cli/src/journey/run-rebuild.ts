import { setTimeout as sleep } from 'node:timers/promises';
import { withRetries } from '@meterhouse/client';
import type { Rebuild, RebuildStarted } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';

const POLL_MS = 500;

/** Starts a rebuild and follows it to its end, however long that takes: it runs in the service, and would without us. */
export async function runRebuild(
  client: Client,
  onProgress: (done: number, months: number) => void,
): Promise<Rebuild> {
  const { rebuildId } = await client.json<RebuildStarted>('/api/v1/rebuilds', { method: 'POST' });
  for (;;) {
    const rebuild = await withRetries(() => client.json<Rebuild>(`/api/v1/rebuilds/${rebuildId}`));
    onProgress(
      rebuild.months.filter(({ finishedAt }) => finishedAt !== undefined).length,
      rebuild.months.length,
    );
    if (rebuild.finishedAt !== undefined) return rebuild;
    await sleep(POLL_MS);
  }
}

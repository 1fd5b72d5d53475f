import { setTimeout as sleep } from 'node:timers/promises';
import { withRetries } from '@meterhouse/client';
import type { Backup } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';

const POLL_MS = 500;

/** Asks for a backup and follows it to its end, however long that takes: it is made in the service, and would be without us. */
export async function runBackup(client: Client): Promise<Backup> {
  const { id } = await client.json<Backup>('/api/v1/backups', { method: 'POST' });
  for (;;) {
    const backup = await withRetries(() => client.json<Backup>(`/api/v1/backups/${id}`));
    if (backup.state !== 'running') return backup;
    await sleep(POLL_MS);
  }
}

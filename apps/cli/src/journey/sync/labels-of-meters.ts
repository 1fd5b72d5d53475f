import { ProblemError } from '@meterhouse/client';
import type { MeterPage } from '@meterhouse/contract';
import type { Client } from '../../http/client.ts';

/** What people call the meters, by agentId; nothing from a service that has only the published paths. */
export async function labelsOfMeters(client: Client): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  try {
    let cursor: string | undefined;
    do {
      const page = await client.json<MeterPage>('/api/v1/meters', { query: { cursor, limit: 200 } });
      for (const { agentId, label } of page.items) labels.set(agentId, label);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status !== 404) throw error;
  }
  return labels;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../../../apps/service/test/house.ts';
import { createClient } from '../src/index.ts';

/** Waits until the five reports of a meter's March 2023 say what it sent. @throws after a minute */
export async function renewed(house: House, agentId: string): Promise<void> {
  const { reports } = createClient({ url: house.url, accessToken: house.a.access.reader });
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
    const listed = await reports.listMonth('2023-03');
    if (listed.pending === false && listed.reports[agentId]?.length === 5) return;
  }
  throw new Error('the reports are not renewed after a minute');
}

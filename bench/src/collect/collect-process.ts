/** The program of one collection's process. Its only argument is the order; what it tells is one line of JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createVsphereCollector,
  STORAGE,
  WATCHED,
  WATCHED_TYPES,
} from '@meterhouse/meter/collectors/vsphere';
import { timed } from '../figures.ts';
import { fetchAndDiscard } from './bare-client.ts';
import type { CollectOrder, CollectTold, Vcenter } from './orders.ts';

const order = JSON.parse(process.argv[2]!) as CollectOrder;
if (order.does === 'bare') tell(await bare(order.vcenter));
else await collect(order.vcenter, order.hold ?? 0);

async function bare(vcenter: Vcenter): Promise<CollectTold> {
  const sets = (all: typeof WATCHED) =>
    all
      .map(
        ({ type, paths }) =>
          `<propSet><type>${type}</type><all>false</all>${paths.map((path) => `<pathSet>${path}</pathSet>`).join('')}</propSet>`,
      )
      .join('');
  const properties = { watched: sets(WATCHED), storage: sets(STORAGE), types: WATCHED_TYPES };
  const { result, seconds } = await timed(() => fetchAndDiscard(vcenter, properties));
  return { seconds, machines: 0, bytes: result };
}

async function collect(vcenter: Vcenter, hold: number): Promise<void> {
  const collector = createVsphereCollector({
    product: { name: 'bench', type: 'vCenter', caFile: undefined, poll: 5, paused: false, ...vcenter },
    password: async () => vcenter.password,
    licenses: [],
    time: { now: () => Date.now(), sleep: async (milliseconds) => void (await sleep(milliseconds)) },
    journal: { note: () => undefined },
  });
  const stop = new AbortController();
  const began = performance.now();
  for await (const reading of collector.watch({ signal: stop.signal })) {
    if (reading.kind !== 'inventory') continue;
    const seconds = (performance.now() - began) / 1000;
    tell({ seconds, machines: reading.inventory.machines.length, bytes: collector.health().bytes });
    if (hold === 0) stop.abort();
    else setTimeout(() => stop.abort(), hold * 1000);
  }
}

function tell(told: CollectTold): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/**
 * The program of one collection to a closed hour: the collector, the ledger and the privacy of a meter, in a process of their own.
 * Counted is from the first request until the inventory is kept, and from the reading that ends the hour until its files are on the
 * disk; the hour in between is not waited for. Arguments are the order and a folder; what it tells is one line of JSON.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVsphereCollector } from '@meterhouse/meter/collectors/vsphere';
import { NO_LABELS, openLedger } from '@meterhouse/meter/hours';
import { openPrivacy } from '@meterhouse/meter/privacy';
import type { CollectTold, Vcenter } from '../collect/orders.ts';
import { timed } from '../figures.ts';
import { namesIn } from './meter-process.ts';

const [order, dir] = process.argv.slice(2) as [string, string];
const vcenter = JSON.parse(order) as Vcenter;
const time = {
  now: () => Date.now(),
  sleep: async (milliseconds: number) => void (await sleep(milliseconds)),
};
const journal = { note: () => undefined };
const privacy = await openPrivacy({
  dir,
  environment: {},
  settings: { vm: 'hashed', host: 'hashed', cluster: 'hashed', customer: 'hashed', license: 'masked' },
  now: Date.now(),
  onFault: (error) => {
    throw error;
  },
});
const folder = join(dir, 'hours', 'vc');
const ledger = await openLedger({ folder, time, journal, labels: NO_LABELS, privacy });
const collector = createVsphereCollector({
  product: { name: 'vc', type: 'vCenter', caFile: undefined, poll: 5, paused: false, ...vcenter },
  password: async () => vcenter.password,
  licenses: [],
  time,
  journal,
});
const stop = new AbortController();
const began = performance.now();
ledger.begin();
for await (const reading of collector.watch({ signal: stop.signal })) {
  await ledger.take(reading);
  const kept = (performance.now() - began) / 1000;
  const nextHour = (Math.floor(reading.seen / 3600) + 1) * 3600;
  const closing = await timed(() => ledger.take({ kind: 'changes', seen: nextHour, changes: [] }));
  if ((await namesIn(join(folder, 'waiting'))).length !== 1) throw new Error('No hour was closed.');
  const told: CollectTold = {
    seconds: kept + closing.seconds,
    machines: ledger.status().machines,
    bytes: collector.health().bytes,
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  stop.abort();
}
await ledger.close();
await privacy.flush();

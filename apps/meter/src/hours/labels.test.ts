import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR } from '@meterhouse/metering';
import type { Labels } from './labels.ts';
import {
  becomes,
  changesReading,
  host,
  inventory,
  inventoryReading,
  machine,
  place,
  spans,
  TEN,
  testLedger,
} from './testing.ts';

/** The name of the topmost place above a machine's folder, else above its host. */
const TOP: Labels = {
  version: 'top',
  customerOf(machine, host, places) {
    let top = '';
    for (let id = machine.folder ?? host?.place; id !== undefined; id = places.get(id)?.parent)
      top = places.get(id)?.name ?? '';
    return top;
  },
};
const customer = ({ name, customer }: { name: string; customer: string }) => `${name} ${customer}`;

test('a folder that is moved takes its machines to another customer, in its second', async (t) => {
  const lab = await testLedger(t, { labels: TOP });
  const places = [place('acme'), place('globex'), place('middle', 'acme'), place('folder', 'middle')];
  const machines = [machine(1, { folder: 'folder' }), machine(2)];
  await lab.ledger.take(inventoryReading(TEN, inventory(machines, { places })));
  await lab.ledger.take(
    changesReading(TEN + 600, { kind: 'place', at: TEN + 300, state: place('middle', 'globex') }),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(spans(hour!.vm, customer), [
    '10:00:00-10:05:00 machine 1 acme',
    '10:05:00-11:00:00 machine 1 globex',
    '10:00:00-11:00:00 machine 2 ',
  ]);
});

test('a host that is moved takes along the machines that are labelled by it', async (t) => {
  const lab = await testLedger(t, { labels: TOP });
  const places = [place('acme'), place('globex')];
  await lab.ledger.take(
    inventoryReading(TEN, inventory([machine(1)], { places, hosts: [host(1, { place: 'acme' })] })),
  );
  await lab.ledger.take(
    changesReading(TEN + 600, { kind: 'host', at: TEN + 300, state: host(1, { place: 'globex' }) }),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(spans(hour!.vm, customer), [
    '10:00:00-10:05:00 machine 1 acme',
    '10:05:00-11:00:00 machine 1 globex',
  ]);
});

test('other rules count from the end of the next reading on, never backwards, also after a crash', async (t) => {
  const lab = await testLedger(t, { labels: TOP });
  const places = [place('acme')];
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1, { folder: 'acme' })], { places })));
  lab.labels = { version: 'other', customerOf: () => 'initech' };
  lab.ledger.relabel(lab.labels);
  await lab.ledger.take(
    changesReading(TEN + 100, becomes(TEN + 50, machine(1, { folder: 'acme', power: 'off' }))),
  );
  await lab.reopen();
  lab.ledger.begin();
  await lab.ledger.take(
    inventoryReading(TEN + 100, inventory([machine(1, { folder: 'acme', power: 'off' })], { places })),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.vm, ({ power, customer }) => `${power} ${customer}`),
    ['10:00:00-10:00:50 on acme', '10:00:50-10:01:40 off acme', '10:01:40-11:00:00 off initech'],
  );
});

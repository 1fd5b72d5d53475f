import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR } from '@meterhouse/metering';
import { CollectorFailure } from '../inventory/index.ts';
import {
  becomes,
  changesReading,
  goes,
  host,
  inventory,
  inventoryReading,
  machine,
  spans,
  TEN,
  testLedger,
} from './testing.ts';

const power = ({ power }: { power: string }) => power;

test('an hour is closed when what is seen has passed its end, and not before', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + HOUR - 1));
  assert.deepEqual(await lab.listed(), []);
  await lab.ledger.take(changesReading(TEN + HOUR));
  assert.deepEqual(await lab.listed(), ['10 collected']);
  const [hour] = await lab.hours();
  assert.deepEqual(spans(hour!.vm, power), ['10:00:00-11:00:00 on']);
  assert.deepEqual(
    spans(hour!.host, ({ runningVms }) => `${runningVms}`),
    ['10:00:00-11:00:00 1'],
  );
  assert.deepEqual(hour!.cluster, []);
});

test('the first hour of a product is partial from the second in which it was first seen', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN + 600, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 2 * HOUR));
  const [first, second] = await lab.hours();
  assert.deepEqual(first!.listed, {
    hour: '2026-03-01T10:00:00Z',
    status: 'partial',
    covered: [['2026-03-01T10:10:00Z', '2026-03-01T11:00:00Z']],
    reason: 'first-seen',
  });
  assert.deepEqual(spans(first!.vm, power), ['10:10:00-11:00:00 on']);
  assert.deepEqual(second!.listed, { hour: '2026-03-01T11:00:00Z', status: 'collected' });
});

test('power, sizes, moves, makings and removals end one span and begin another in their second', async (t) => {
  const lab = await testLedger(t);
  const hosts = [
    host(1),
    host(2, { license: { key: 'BBBBB-00000', category: 'perpetual', edition: '', sku: '' } }),
  ];
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)], { hosts })));
  await lab.ledger.take(
    changesReading(
      TEN + 1800,
      becomes(TEN + 60, machine(1, { power: 'off' })),
      becomes(TEN + 120, machine(1, { vcpus: 4 })),
      becomes(TEN + 120, machine(3)),
      goes(TEN + 300, 'vm-3'),
      becomes(TEN + 400, machine(2, { host: 'host-2' })),
    ),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  const shown = spans(hour!.vm, (vm) => [vm.name, vm.power, vm.vcpus, vm.host, vm.licenseCategory].join(' '));
  assert.deepEqual(shown, [
    '10:00:00-10:01:00 machine 1 on 2 esx-1 rental',
    '10:01:00-10:02:00 machine 1 off 2 esx-1 rental',
    '10:02:00-11:00:00 machine 1 on 4 esx-1 rental',
    '10:00:00-10:06:40 machine 2 on 2 esx-1 rental',
    '10:06:40-11:00:00 machine 2 on 2 esx-2 perpetual',
    '10:02:00-10:05:00 machine 3 on 2 esx-1 rental',
  ]);
  const ran = spans(hour!.host, ({ host, runningVms }) => `${host} ${runningVms}`);
  assert.deepEqual(ran, ['10:00:00-11:00:00 esx-1 3', '10:00:00-11:00:00 esx-2 1']);
});

test('what is on the disk is read by its owner only', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  for (const path of [
    join(lab.folder, 'ledger.ndjson'),
    hour!.files.vm!.path,
    join(hour!.folder, 'hour.json'),
  ])
    assert.equal((await stat(path)).mode & 0o777, 0o600, path);
  assert.equal((await stat(lab.folder)).mode & 0o777, 0o700);
});

test('another product at the same place is refused, and nothing of it is mixed in', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  const other = { id: 'a1b2c3d4-0000-4000-8000-000000000002', type: 'vCenter', version: '8.0.1' };
  await assert.rejects(
    lab.ledger.take({
      kind: 'inventory',
      seen: TEN + 60,
      product: other,
      inventory: inventory([machine(2)]),
    }),
    (error) => error instanceof CollectorFailure && error.code === 'another-product' && error.needsPerson,
  );
  assert.equal(lab.ledger.since, TEN);
  assert.equal(lab.ledger.status().machines, 1);
  await assert.rejects(lab.ledger.take(changesReading(TEN + 90)), /begins with an inventory/);
});

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR } from '@meterhouse/metering';
import { CollectorFailure, type Reading } from '../inventory/index.ts';
import {
  becomes,
  changesReading,
  goes,
  host,
  inventory,
  inventoryReading,
  machine,
  PRODUCT,
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

test('what a product consists of now can be asked for, as it was told last', async (t) => {
  const lab = await testLedger(t);
  const machines = () => [...lab.ledger.inventory().machines].map(({ id, power }) => `${id} ${power}`);
  assert.deepEqual(machines(), []);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)])));
  const [one, two] = machines();
  await lab.ledger.take(changesReading(TEN + 60, becomes(TEN + 30, { ...machine(1), power: 'off' })));
  assert.deepEqual(machines(), [one!.replace(' on', ' off'), two]);
  assert.ok([...lab.ledger.inventory().hosts].length > 0);
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

test('a change that is told late lands in its second, as long as its hour is open', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)])));
  await lab.ledger.take(changesReading(TEN + 1000, becomes(TEN + 900, machine(2, { vcpus: 8 }))));
  await lab.ledger.take(changesReading(TEN + 1010, becomes(TEN + 800, machine(1, { power: 'off' }))));
  await lab.ledger.take(changesReading(TEN + HOUR));
  // Its hour is closed: it counts from the beginning of the open one, and is told.
  await lab.ledger.take(changesReading(TEN + HOUR + 10, becomes(TEN + 3500, machine(1))));
  await lab.ledger.take(changesReading(TEN + 2 * HOUR));
  const [ten, eleven] = await lab.hours();
  assert.deepEqual(
    spans(ten!.vm, ({ name, power, vcpus }) => `${name} ${power} ${vcpus}`),
    [
      '10:00:00-10:13:20 machine 1 on 2',
      '10:13:20-11:00:00 machine 1 off 2',
      '10:00:00-10:15:00 machine 2 on 2',
      '10:15:00-11:00:00 machine 2 on 8',
    ],
  );
  assert.equal(spans(eleven!.vm, power)[0], '11:00:00-12:00:00 on');
  assert.equal(lab.journal.messages('change-missed').length, 1);
});

test('changes of one machine stay in the order of their telling, also where their times do not', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 100, becomes(TEN + 90, machine(1, { vcpus: 4 }))));
  await lab.ledger.take(changesReading(TEN + 200, becomes(TEN + 50, machine(1, { vcpus: 8 }))));
  await lab.ledger.take(changesReading(TEN + 300, becomes(TEN + 900, machine(1, { vcpus: 16 }))));
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.vm, ({ vcpus }) => `${vcpus}`),
    ['10:00:00-10:01:30 2', '10:01:30-10:05:00 8', '10:05:00-11:00:00 16'],
  );
});

test('what changes nothing that a record says makes no span, and what was for no second is not told', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(
    changesReading(
      TEN + 500,
      becomes(TEN + 10, machine(1)),
      becomes(TEN + 20, machine(1, { pool: 'pool-2' })),
      becomes(TEN + 30, machine(1, { power: 'off' })),
      becomes(TEN + 30, machine(1, { pool: 'pool-2' })),
      becomes(TEN + 40, machine(9)),
      goes(TEN + 40, 'vm-9'),
    ),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.vm, ({ name }) => name),
    ['10:00:00-11:00:00 machine 1'],
  );
});

test('an inventory later in a watch finds what was missed: it counts from then on and is told', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)])));
  await lab.ledger.take(
    inventoryReading(TEN + 600, inventory([machine(1, { vcpus: 4, storageMib: 1 }), machine(3)])),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.equal(hour!.listed.status, 'collected');
  assert.deepEqual(
    spans(hour!.vm, ({ name, vcpus, storageMib }) => `${name} ${vcpus} ${storageMib}`),
    [
      '10:00:00-10:10:00 machine 1 2 10240',
      '10:10:00-11:00:00 machine 1 4 1',
      '10:00:00-10:10:00 machine 2 2 10240',
      '10:10:00-11:00:00 machine 3 2 10240',
    ],
  );
  assert.deepEqual(lab.journal.messages('change-missed'), [
    'An inventory found what no change had told: 1 made, 1 gone, 1 changed. It counts from now on.',
  ]);
});

test('a clock that is set back neither takes seconds away nor counts them twice', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 1000));
  await lab.ledger.take(changesReading(TEN + 700, becomes(TEN + 690, machine(1, { power: 'off' }))));
  assert.equal(lab.ledger.since, TEN + 1000);
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(spans(hour!.vm, power), ['10:00:00-10:16:40 on', '10:16:40-11:00:00 off']);
});

test('a clock a day ahead, and numbers that cannot be, are refused with every fault', async (t) => {
  const lab = await testLedger(t);
  const refused = (reading: Parameters<typeof lab.ledger.take>[0], message: RegExp) =>
    assert.rejects(
      lab.ledger.take(reading),
      (error) =>
        error instanceof CollectorFailure &&
        error.code === 'answer-not-understood' &&
        message.test(error.message),
    );
  await refused(inventoryReading(TEN + 90_000, inventory([])), /25 hours ahead/);
  const wrong = machine(1, { uuid: 'A', vcpus: 70_000, services: ['b', 'a'] });
  await refused(
    inventoryReading(TEN, inventory([wrong], { hosts: [host(1, { sockets: -1 })] })),
    /"A" is no.*70000.*\["b","a"\].*sockets -1/,
  );
  const nothing = inventoryReading(TEN, inventory([])) as Reading & { kind: 'inventory' };
  for (const product of [
    { id: 'nobody', type: 'vCenter', version: '8' },
    { id: PRODUCT.id, type: 'v/c', version: '8' },
    { id: PRODUCT.id, type: 'vCenter', version: '8\t0' },
    { id: PRODUCT.id, type: 'vCenter', version: '8'.repeat(513) },
  ])
    await refused({ ...nothing, product }, /the product's (id|type|version) "/);
  await refused(inventoryReading(3600, inventory([])), /before the year 2000/);
  assert.equal(lab.ledger.since, undefined);
});

test('a clock that was years behind and is set claims no year that nobody saw', async (t) => {
  const lab = await testLedger(t);
  const years = TEN - 5 * 365 * 24 * HOUR;
  await lab.ledger.take(inventoryReading(years, inventory([machine(1)])));
  await assert.rejects(lab.ledger.take(changesReading(TEN)), /its clock went from .* between two looks/);
  lab.ledger.begin();
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + HOUR));
  assert.ok((await lab.listed()).length < 1000, 'the days that can be proven at most');
  assert.equal((await lab.hours()).at(-1)!.listed.status, 'collected');
});

test('an outage: its hours are told as they pass, and told better when the log proves them', async (t) => {
  for (const proven of [true, false]) {
    const lab = await testLedger(t);
    const { ledger } = lab;
    await ledger.take(inventoryReading(TEN, inventory([machine(1)])));
    await ledger.take(changesReading(TEN + 1200));
    await ledger.unreachable('connection-refused', TEN + 1230);
    await ledger.unreachable('connection-refused', TEN + HOUR + 100);
    assert.deepEqual(await lab.listed(), [], 'our clock may be ahead');
    await ledger.unreachable('connection-refused', TEN + HOUR + 120);
    await ledger.unreachable('connection-refused', TEN + 2 * HOUR + 300);
    await ledger.unreachable('connection-refused', TEN + 2 * HOUR + 360);
    assert.deepEqual(await lab.listed(), [
      '10 partial connection-refused',
      '11 unreachable connection-refused',
    ]);
    const [, away] = await lab.hours();
    assert.deepEqual(away!.files, {}, 'an unreachable hour has no records');
    const log = {
      from: proven ? TEN : TEN + 1300,
      happenings: [{ at: TEN + 1800, machine: 'vm-1', what: 'power', power: 'off' } as const],
    };
    await ledger.take(inventoryReading(TEN + 2 * HOUR + 600, inventory([machine(1, { power: 'off' })]), log));
    await ledger.take(changesReading(TEN + 3 * HOUR));
    const first = ['10 partial connection-refused', '11 unreachable connection-refused'];
    if (proven) {
      assert.deepEqual(await lab.listed(), [
        first[0],
        '10 collected 2',
        first[1],
        '11 collected 2',
        '12 collected',
      ]);
      const hours = await lab.hours();
      assert.deepEqual(spans(hours[1]!.vm, power), ['10:00:00-10:30:00 on', '10:30:00-11:00:00 off']);
      assert.equal(lab.journal.messages('gap-proven').length, 1);
    } else {
      assert.deepEqual(await lab.listed(), [...first, '12 partial connection-refused']);
      assert.match(lab.journal.messages('gap-not-proven')[0]!, /does not reach back/);
    }
  }
});

test('what the log does not explain is told with how many and a name as records would show it', async (t) => {
  const lab = await testLedger(t, {
    privacy: { text: (attribute, plain) => `hidden ${attribute} ${plain.length}` },
  });
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1), machine(2)])));
  lab.ledger.begin();
  const log = { from: TEN, happenings: [] };
  await lab.ledger.take(inventoryReading(TEN + 60, inventory([machine(1, { power: 'off' })]), log));
  assert.deepEqual(lab.journal.messages('gap-not-proven'), [
    "2026-03-01T10:00:00Z to 2026-03-01T10:01:00Z stays missing: the product's log does not explain 2 machines, such as hidden vm 9.",
  ]);
});

test('the hours of a stopped meter say so, and the others what was wrong', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.reopen();
  await lab.ledger.unreachable('timed-out', TEN + 2 * HOUR + 1000);
  await lab.ledger.unreachable('timed-out', TEN + 4 * HOUR);
  assert.deepEqual(await lab.listed(), [
    '10 unreachable meter-stopped',
    '11 unreachable meter-stopped',
    '12 unreachable timed-out',
  ]);
});

test('a gap of more than 40 days is not asked about, and only its last 40 days are listed', async (t) => {
  const lab = await testLedger(t, { inMemory: true });
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 60));
  await lab.reopen();
  const back = TEN + 100 * 86_400;
  await lab.time.advanceTo(back * 1000);
  const log = { from: TEN, happenings: [] };
  await lab.ledger.take(inventoryReading(back, inventory([machine(1)]), log));
  await lab.ledger.take(changesReading(back + HOUR));
  const hours = await lab.listed();
  assert.equal(hours[0], '10 partial meter-stopped');
  assert.equal(hours.at(-1), '10 collected');
  assert.ok(hours.length >= 960 && hours.length <= 963, `${hours.length}`);
});

test('after 40 days of absence nothing is kept open for a proof, and hours go on being told', async (t) => {
  const lab = await testLedger(t, { inMemory: true });
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 60));
  for (let day = 1; day <= 42; day += 1) await lab.ledger.unreachable('timed-out', TEN + day * 86_400);
  assert.equal((await lab.listed()).length, 42 * 24 - 1);
  await lab.reopen();
  await lab.ledger.unreachable('timed-out', TEN + 42 * 86_400 + HOUR);
  assert.equal((await lab.listed()).length, 42 * 24);
});

test('readings that are given at once are taken in their order', async (t) => {
  const lab = await testLedger(t);
  const readings = Array.from({ length: 400 }, (_, index) =>
    changesReading(
      TEN + 10 * (index + 1),
      becomes(TEN + 10 * index + 5, machine(1, { vcpus: 1 + (index % 2) })),
    ),
  );
  await Promise.all(
    [inventoryReading(TEN, inventory([machine(1)])), ...readings].map((reading) => lab.ledger.take(reading)),
  );
  const [hour] = await lab.hours();
  assert.equal(hour!.vm.length, 361);
  assert.equal(lab.ledger.since, TEN + 4000);
});

test('a change that is told after a gap does not reach into it, nor before it', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 100));
  lab.ledger.begin();
  await lab.ledger.take(inventoryReading(TEN + 200, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 210, becomes(TEN + 50, machine(1, { power: 'off' }))));
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(spans(hour!.vm, power), ['10:00:00-10:01:40 on', '10:03:20-11:00:00 off']);
  assert.equal(hour!.listed.reason, 'connection-lost');
});

test('a product whose first reading of a watch is no inventory is not believed', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  lab.ledger.begin();
  await assert.rejects(lab.ledger.take(changesReading(TEN + 60)), /begins with an inventory/);
  assert.equal(lab.ledger.since, TEN);
});

test('a fault of the rules is not called one of the disk, and what was taken stands', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  lab.ledger.relabel({
    version: 'broken',
    customerOf() {
      throw new TypeError('a rule of nothing');
    },
  });
  await assert.rejects(lab.ledger.take(changesReading(TEN + 60)), TypeError);
  assert.equal(lab.ledger.since, TEN);
  assert.equal(lab.ledger.status().machines, 1);
});

test('a product that comes back with its clock set back takes nothing away', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  await lab.ledger.take(changesReading(TEN + 1000));
  lab.ledger.begin();
  await lab.ledger.take(inventoryReading(TEN + 400, inventory([machine(1, { power: 'off' })])));
  assert.equal(lab.ledger.since, TEN + 1000);
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(hour!.listed, { hour: '2026-03-01T10:00:00Z', status: 'collected' });
  assert.deepEqual(spans(hour!.vm, power), ['10:00:00-10:16:40 on', '10:16:40-11:00:00 off']);
});

test('a host has a record for each span in which it stayed the same, with what ran on it in that span', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(
    inventoryReading(
      TEN,
      inventory([machine(1), machine(2, { power: 'off' }), machine(3, { power: 'off' })]),
    ),
  );
  await lab.ledger.take(
    changesReading(
      TEN + HOUR,
      becomes(TEN + 600, machine(1, { power: 'off' })),
      // For no second, since the next change is of the same one.
      { kind: 'host', at: TEN + 1200, state: host(1, { sockets: 8 }) },
      {
        kind: 'host',
        at: TEN + 1200,
        state: host(1, { license: { key: 'BBBBB-00000', category: 'demo', edition: '', sku: '' } }),
      },
      becomes(TEN + 1800, machine(2)),
      becomes(TEN + 1900, machine(2, { power: 'off' })),
      becomes(TEN + 2000, machine(2)),
      becomes(TEN + 2100, machine(3)),
    ),
  );
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.host, ({ license, runningVms }) => `${license} ${runningVms}`),
    ['10:00:00-10:20:00 AAAAA-00000 1', '10:20:00-11:00:00 BBBBB-00000 2'],
  );
  assert.deepEqual(
    spans(hour!.vm.slice(0, 3), ({ license, power }) => `${license} ${power}`),
    [
      '10:00:00-10:10:00 AAAAA-00000 on',
      '10:10:00-10:20:00 AAAAA-00000 off',
      '10:20:00-11:00:00 BBBBB-00000 off',
    ],
  );
});

/** What lies on the disk is what a package takes: canonical lines, names as privacy wants them, within the contract. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createGunzip, gunzipSync } from 'node:zlib';
import { checkPackage, HOUR, recordLine, thumbprint, writePackage } from '@meterhouse/metering';
import type { Privacy } from './privacy.ts';
import {
  becomes,
  changesReading,
  cluster,
  goes,
  host,
  inventory,
  inventoryReading,
  machine,
  spans,
  TEN,
  type TestLedger,
  testLedger,
} from './testing.ts';

const HASHED: Privacy = {
  text: (attribute, plain) => createHash('sha256').update(`${attribute} ${plain}`).digest('hex'),
};

/** All that can make a line hard: names with quotes, emoji, control characters, none at all; services; unknown hosts. */
async function fill({ ledger }: TestLedger): Promise<void> {
  const machines = [
    machine(1, { name: 'web "quoted" \\ ü 😀 \u2028', services: ['nsx-advanced', 'vcd'] }),
    machine(2, { name: `tab\there ${'x'.repeat(600)}`, power: 'suspended', host: undefined }),
    machine(3, { name: '', power: 'off', reservationMib: 4096, storageMib: Number.MAX_SAFE_INTEGER }),
    machine(4, { host: 'host-9' }),
    machine(5, { name: 'half \ud800', host: 'host-2' }),
  ];
  const hosts = [
    host(1),
    host(2, {
      cluster: undefined,
      model: 'a "b"',
      license: { key: '', category: 'unknown', edition: '', sku: 's"k' },
    }),
  ];
  const clusters = [
    cluster(1, {
      name: 'gold',
      vsanRawMib: 5000,
      vsanUsedMib: 7,
      features: ['compression', 'dedup'],
      edition: 'advanced',
    }),
    cluster(2),
  ];
  await ledger.take(inventoryReading(TEN + 7, inventory(machines, { hosts, clusters })));
  await ledger.take(
    changesReading(
      TEN + HOUR,
      becomes(TEN + 900, machine(1, { power: 'off', name: 'web' })),
      { kind: 'host', at: TEN + 1200, state: host(1, { sockets: 4 }) },
      {
        kind: 'cluster',
        at: TEN + 1300,
        state: cluster(1, { name: 'silver', vsanRawMib: 5000, vsanUsedMib: 8 }),
      },
      goes(TEN + 1500, 'vm-3'),
    ),
  );
  await ledger.take(changesReading(TEN + 2 * HOUR + 1));
}

test('lines are byte for byte what recordLine writes', async (t) => {
  const lab = await testLedger(t);
  await fill(lab);
  const hours = await lab.hours();
  let lines = 0;
  for (const hour of hours)
    for (const kind of ['vm', 'host', 'cluster'] as const) {
      const file = hour.files[kind]!;
      const text = gunzipSync(await readFile(file.path)).toString('utf8');
      assert.equal(text, hour[kind].map((record) => recordLine(kind, record as never)).join(''));
      lines += file.records;
    }
  assert.ok(lines > 20, `${lines}`);
});

test('a package of the hours is accepted, plain and hashed', async (t) => {
  for (const privacy of [undefined, HASHED]) {
    const lab = await testLedger(t, privacy && { privacy });
    await fill(lab);
    const hours = await lab.hours();
    assert.deepEqual(await lab.listed(), ['10 partial first-seen', '11 collected']);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const kid = await thumbprint(publicKey);
    const path = join(lab.root, 'package.gz');
    const [{ product }] = hours as [(typeof hours)[0]];
    async function* lines(kind: 'vm' | 'host' | 'cluster') {
      for (const { files } of hours)
        if (files[kind] !== undefined)
          yield* createReadStream(files[kind].path).pipe(createGunzip()) as AsyncIterable<Buffer>;
    }
    await writePackage(path, {
      header: {
        service: 'https://usage.example',
        organisation: '0e0e0e0e-0000-4000-8000-000000000001',
        registration: '0e0e0e0e-0000-4000-8000-000000000002',
        agent: '88531d1c-296e-4b47-8431-c0e8182148e7',
        agentVersion: '0.1.0',
        epoch: 1,
        number: 1,
        previous: null,
        month: '2026-03',
        createdAt: '2026-03-02T00:00:00Z',
        products: [{ ...product, hours: hours.map(({ listed }) => listed) }],
      },
      signer: { kid, privateKey },
      records: { vm: lines('vm'), host: lines('host'), cluster: lines('cluster') },
    });
    const { header, faults } = await checkPackage(path, { keyOf: () => publicKey });
    assert.equal(faults.total, 0, JSON.stringify(faults));
    assert.deepEqual(
      header!.parts.map(({ kind, records }) => [kind, records]),
      (['vm', 'host', 'cluster'] as const).map((kind) => [
        kind,
        hours.reduce((sum, hour) => sum + hour[kind].length, 0),
      ]),
    );
  }
});

test('names are what privacy makes of them, from the next hour that is closed on, and an hour has one spelling', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  lab.ledger.setPrivacy(HASHED);
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  const [vm] = hour!.vm;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  assert.equal(vm!.name, hash('vm machine 1'));
  assert.equal(vm!.host, hash('host esx-1'));
  assert.equal(vm!.cluster, hash('cluster gold-1'));
  assert.equal(vm!.license, hash('license AAAAA-00000'));
  assert.equal(vm!.customer, '', 'nothing is hashed to something');
  assert.equal(hour!.host[0]!.host, vm!.host);
});

test('two clusters, or two hosts, of one name are told apart, the same way in every hour', async (t) => {
  const lab = await testLedger(t);
  const hosts = [
    host(1, { name: 'esx', cluster: 'cluster-1' }),
    host(2, { name: 'esx', cluster: 'cluster-2' }),
    host(3),
  ];
  const clusters = [cluster(1, { name: 'gold', vsanRawMib: 1 }), cluster(2, { name: 'gold', vsanRawMib: 2 })];
  await lab.ledger.take(
    inventoryReading(TEN, inventory([machine(1), machine(2, { host: 'host-2' })], { hosts, clusters })),
  );
  await lab.ledger.take(changesReading(TEN + 2 * HOUR));
  const [ten, eleven] = await lab.hours();
  const names = ten!.host.map(({ host }) => host);
  assert.match(names[0]!, /^esx #[0-9a-f]{6}$/);
  assert.match(names[1]!, /^esx #[0-9a-f]{6}$/);
  assert.notEqual(names[0], names[1]);
  assert.equal(names[2], 'esx-3');
  assert.deepEqual(
    eleven!.host.map(({ host }) => host),
    names,
  );
  assert.deepEqual(
    ten!.vm.map(({ host }) => host),
    names.slice(0, 2),
  );
  assert.deepEqual(
    ten!.vm.map(({ cluster }) => cluster),
    ten!.cluster.map(({ cluster }) => cluster),
  );
  assert.deepEqual(
    ten!.host.map(({ runningVms }) => runningVms),
    [1, 1, 0],
  );
});

test('a host that was taken out and entered again is one host', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([])));
  await lab.ledger.take(
    changesReading(TEN + HOUR, goes(TEN + 60, 'host-1', 'host'), {
      kind: 'host',
      at: TEN + 90,
      state: host(7, { name: 'esx-1' }),
    }),
  );
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.host, ({ host }) => host),
    ['10:00:00-10:01:00 esx-1', '10:01:30-11:00:00 esx-1'],
  );
});

test('a second of a UUID counts once, for the machine that was there first', async (t) => {
  const lab = await testLedger(t);
  await lab.ledger.take(inventoryReading(TEN, inventory([machine(1)])));
  const twin = machine(2, { uuid: machine(1).uuid, name: 'twin' });
  await lab.ledger.take(changesReading(TEN + HOUR, becomes(TEN + 100, twin), goes(TEN + 200, 'vm-1')));
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.vm, ({ name }) => name),
    ['10:00:00-10:03:20 machine 1', '10:03:20-11:00:00 twin'],
  );
  assert.deepEqual(
    hour!.host.map(({ runningVms }) => runningVms),
    [1],
  );
  assert.equal(lab.journal.messages('machine-twice').length, 1);
});

test('clusters without shared storage have no record, and those with have one for each span', async (t) => {
  const lab = await testLedger(t);
  const with7 = cluster(1, { vsanRawMib: 100, vsanUsedMib: 7 });
  await lab.ledger.take(inventoryReading(TEN, inventory([], { clusters: [with7, cluster(2)] })));
  await lab.ledger.take(
    inventoryReading(TEN + 1800, inventory([], { clusters: [{ ...with7, vsanUsedMib: 9 }, cluster(2)] })),
  );
  await lab.ledger.take(changesReading(TEN + HOUR));
  const [hour] = await lab.hours();
  assert.deepEqual(
    spans(hour!.cluster, ({ cluster, vsanUsedMib }) => `${cluster} ${vsanUsedMib}`),
    ['10:00:00-10:30:00 gold-1 7', '10:30:00-11:00:00 gold-1 9'],
  );
  assert.deepEqual(lab.journal.messages('change-missed'), [], 'storage grows without being missed');
});

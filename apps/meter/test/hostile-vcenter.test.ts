/**
 * A vCenter that is broken or means harm: through collector, ledger and packages as they run. Whatever it says, the packages are
 * taken by who checks them, its words cost no other product anything, and the password goes to it alone.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { VmRecord } from '@meterhouse/contract';
import { instantOf, type Key, openPackage } from '@meterhouse/metering';
import { importJWK } from 'jose';
import { createVsphereCollector } from '../src/collectors/vsphere/index.ts';
import { productAt } from '../src/collectors/vsphere/testing.ts';
import { closedHours, NO_LABELS, openLedger, PLAIN } from '../src/hours/index.ts';
import { CollectorFailure } from '../src/inventory/index.ts';
import { packHours } from '../src/spool/index.ts';
import { journalOf, meterOnDisk } from '../src/spool/testing.ts';
import { InjectedTime } from '../src/time/testing.ts';
import {
  type HostileVcenter,
  hostOf,
  machineOf,
  objectOf,
  startHostileVcenter,
} from './peers/hostile-vcenter.ts';

const BEGAN = instantOf('2026-03-01T10:10:00Z');
const PASSWORD = 'correct horse <&> battery';

/** Meters it until an hour is over, or it is given up, and packs what came of it. */
async function meter(
  t: TestContext,
  prepare: (vcenter: HostileVcenter) => void,
  afterFirst: (vcenter: HostileVcenter) => void = () => undefined,
) {
  const vcenter = await startHostileVcenter(t);
  vcenter.now = BEGAN * 1000;
  vcenter.objects = [machineOf(1), hostOf(1)];
  prepare(vcenter);
  const time = new InjectedTime(BEGAN * 1000);
  const disk = await meterOnDisk(t);
  const journal = journalOf();
  const ledger = await openLedger({
    folder: join(disk.dir, 'hours', 'vc1'),
    time,
    journal,
    labels: NO_LABELS,
    privacy: PLAIN,
  });
  const collector = createVsphereCollector({
    product: productAt(vcenter, 'meter@vsphere.local'),
    password: async () => PASSWORD,
    licenses: [],
    time,
    journal,
  });
  let failure: CollectorFailure | undefined;
  let readings = 0;
  ledger.begin();
  try {
    for await (const reading of collector.watch({ signal: new AbortController().signal })) {
      await ledger.take(reading);
      readings += 1;
      if (readings === 1) afterFirst(vcenter);
      if (readings === 3) {
        vcenter.now += 3_700_000;
        await time.advanceTo(vcenter.now);
      }
      if (readings === 6) break;
    }
  } catch (error) {
    assert.ok(error instanceof CollectorFailure, String(error));
    failure = error;
  }
  await ledger.close();
  const hours = closedHours(join(disk.dir, 'hours'));
  const { packages } = await packHours({ meter: disk.meter, hours, folder: disk.places.packages, time });
  const key = (await importJWK({ ...disk.meter.key.publicJwk }, 'EdDSA')) as Key;
  const machines: VmRecord[] = [];
  for (const { path } of packages) {
    const reader = await openPackage(path, { keyOf: () => key });
    for await (const { kind, record } of reader.records()) if (kind === 'vm') machines.push(record);
    assert.deepEqual(reader.faults.list, []);
  }
  assert.ok(!JSON.stringify([failure?.message, journal.entries]).includes('battery'), 'the password is told');
  const notes = (code: string) => journal.entries.filter((entry) => entry.code === code);
  return { vcenter, machines, failure, notes };
}

test('numbers that cannot be cost nobody but the machine that has them, and that is told', async (t) => {
  const absurd = (path: string, value: string) => ({ [`config.${path}`]: value });
  const { machines, failure, notes } = await meter(
    t,
    (vcenter) => {
      vcenter.objects = [
        machineOf(1),
        machineOf(2, absurd('hardware.numCPU', '70000')),
        machineOf(3, absurd('hardware.memoryMB', String(2 ** 40))),
        machineOf(4, absurd('hardware.numCPU', '0')),
        machineOf(5, absurd('memoryAllocation.reservation', '-5')),
        machineOf(6),
        objectOf('VirtualMachine', 'vm-7', { name: 'orphan', 'runtime.powerState': 'poweredOn' }),
        hostOf(1),
        hostOf(2, { 'hardware.cpuInfo.numCpuPackages': '-3', 'hardware.memorySize': '1e40' }),
        hostOf(3, { 'hardware.cpuInfo.numCpuPackages': '1.5', 'hardware.cpuInfo.numCpuCores': 'many' }),
      ];
    },
    (vcenter) => {
      const at = new Date(vcenter.now + 1000).toISOString();
      vcenter.updates = [
        machineOf(1, absurd('hardware.memoryMB', String(2 ** 40)), 'modify'),
        machineOf(5, { 'config.hardware.numCPU': undefined, name: undefined }, 'modify'),
      ];
      vcenter.events = [
        `<returnval xsi:type="VmReconfiguredEvent"><key>5</key><createdTime>${at}</createdTime><vm><vm type="VirtualMachine">vm-6</vm></vm><configSpec><numCPUs>999999</numCPUs></configSpec></returnval>`,
        '<returnval xsi:type="VmPoweredOffEvent"><key>6</key><createdTime>2100-01-01T00:00:00Z</createdTime><vm><vm type="VirtualMachine">vm-6</vm></vm></returnval>',
      ];
    },
  );
  assert.equal(failure, undefined);
  assert.deepEqual(
    machines.map(({ name, vcpus, memoryMib, reservationMib, power }) => [
      name,
      vcpus,
      memoryMib,
      reservationMib,
      power,
    ]),
    [1, 5, 6].map((number) => [`machine-${number}`, 2, 4096, 0, 'on']),
  );
  const [note] = notes('machine-not-counted');
  assert.match(note!.message, /of 4 machines, such as machine-2 \(vm-2\)/);
});

test('names, keys, versions and UUIDs of every kind make packages that are taken', async (t) => {
  const { machines, failure } = await meter(t, (vcenter) => {
    vcenter.version = `8.0&#9;2\u2028${'x'.repeat(900)}`;
    const twin = { 'config.instanceUuid': '50000000-0000-4000-8000-000000000001' };
    vcenter.objects = [
      machineOf(1, { name: 'a&#9;b&#10;c\u2028d\u202ee&#x85;' }),
      machineOf(2, { name: 'x'.repeat(5000), 'config.instanceUuid': 'none', 'runtime.host': 'host-9' }),
      machineOf(3, { name: '😀'.repeat(600), ...twin, 'runtime.host': undefined }),
      machineOf(4, { name: '', ...twin, parent: 'group-1' }),
      objectOf('Folder', 'group-1', { name: 'a', parent: 'group-2' }),
      objectOf('Folder', 'group-2', { name: 'b', parent: 'group-1' }),
      hostOf(1, { name: '&#9;', 'hardware.systemInfo.model': 'm&#9;o'.repeat(200) }),
    ];
    vcenter.licenses = [
      '<returnval><entityId>host-1</entityId><assignedLicense><licenseKey>A\u2028-&#9;12345</licenseKey><editionKey>e&#9;d</editionKey></assignedLicense></returnval>',
    ];
  });
  assert.equal(failure, undefined);
  assert.equal(machines.length, 4);
});

test('the password goes to the vCenter alone: not after a redirection, not into what is told', async (t) => {
  const elsewhere = await startHostileVcenter(t);
  const { failure } = await meter(t, (vcenter) => {
    const location = `https://127.0.0.1:${elsewhere.port}/sdk`;
    vcenter.answers.Login = () => ({ status: 307, headers: { location, 'www-authenticate': 'Basic' } });
  });
  assert.equal(failure!.code, 'answer-not-understood');
  assert.deepEqual(elsewhere.asked, []);
  for (const type of ['InvalidRequest', 'battery &lt;b&gt;']) {
    const refused = await meter(t, (vcenter) => {
      vcenter.answers.Login = () => ({
        status: 500,
        body: `<e:Envelope xmlns:e="e" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body><e:Fault><faultstring>bad ${PASSWORD.replace('<&>', '')}</faultstring><detail><f xsi:type="${type}"/></detail></e:Fault></e:Body></e:Envelope>`,
      });
    });
    assert.match(refused.failure!.message, /refused Login: (InvalidRequest|Fault)$/);
  }
  // A session is as good as the password while it lasts.
  const quoting = await meter(t, (vcenter) => {
    vcenter.answers.CreateFilter = () => ({
      status: 500,
      body: `<e:Envelope xmlns:e="e"><e:Body><e:Fault><faultstring>a-key, battery</faultstring></e:Fault></e:Body></e:Envelope>`,
    });
  });
  assert.match(quoting.failure!.message, /refused CreateFilter: Fault$/);
});

test('answers that would fill the memory are given up early', async (t) => {
  const around = (method: string, text: string) =>
    `<e:Envelope xmlns:e="e"><e:Body><${method}Response>${text}</${method}Response></e:Body></e:Envelope>`;
  const entities = `<!DOCTYPE a [<!ENTITY b "${'b'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]>`;
  const object = (number: number) => `<objectSet><obj type="VirtualMachine">${number}</obj></objectSet>`;
  const bombs: Record<string, [method: string, body: string]> = {
    entities: ['CurrentTime', `${entities}${around('CurrentTime', '&c;')}`],
    depth: ['CurrentTime', around('CurrentTime', '<a>'.repeat(100_000))],
    text: ['CurrentTime', around('CurrentTime', 'a'.repeat(3_000_000))],
    elements: ['CurrentTime', around('CurrentTime', '<a/>'.repeat(3_000_000))],
    attributes: [
      'CurrentTime',
      around('CurrentTime', `<a ${Array.from({ length: 300_000 }, (_, n) => `a${n}=""`).join(' ')}/>`),
    ],
    objects: [
      'WaitForUpdatesEx',
      around('WaitForUpdatesEx', Array.from({ length: 300_000 }, (_, n) => object(n)).join('')),
    ],
  };
  for (const [name, [method, body]] of Object.entries(bombs)) {
    const before = process.memoryUsage().rss;
    const began = performance.now();
    const { failure } = await meter(t, (vcenter) => {
      vcenter.answers[method] = () => ({ body });
    });
    assert.equal(failure?.code, 'answer-not-understood', name);
    t.diagnostic(
      `${name}: ${Math.round((process.memoryUsage().rss - before) / 1e6)} MB, ${Math.round(performance.now() - began)} ms, ${failure.message.slice(0, 120)}`,
    );
  }
});

test('two machines of one instance UUID are recorded both, and told as what they are', async (t) => {
  const uuid = '50000000-0000-4000-8000-000000000001';
  const { machines, notes } = await meter(t, (vcenter) => {
    vcenter.objects = [machineOf(1), machineOf(2, { 'config.instanceUuid': uuid }), hostOf(1)];
  });
  assert.deepEqual([...new Set(machines.map(({ name }) => name))].sort(), ['machine-1', 'machine-2']);
  assert.equal(new Set(machines.map(({ vm }) => vm)).size, 2);
  const [note, ...others] = notes('machine-twice');
  assert.match(note!.message, new RegExp(`vm-1 and vm-2 have the same instance UUID ${uuid}`));
  assert.deepEqual([others, notes('change-missed')], [[], []]);
});

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ClusterRecord, HostRecord, PackageHeader, VmRecord } from '@meterhouse/contract';
import { HOUR, instantOf, openPackage, parseMonth } from '@meterhouse/metering';
import { writeDays } from '../days/index.ts';
import { initMeter, keepActivation } from '../identity/index.ts';
import { fleetDays } from './fleet-days.ts';

const month = parseMonth('2023-01');

interface Content {
  readonly headers: PackageHeader[];
  readonly vms: VmRecord[];
  readonly hosts: HostRecord[];
  readonly clusters: ClusterRecord[];
}

/** Writes a fleet and reads it back with the plain reader; any fault fails the test. */
async function writeAndRead(
  t: TestContext,
  shape: { seed: string; machines: number; days?: number },
): Promise<Content> {
  const root = await mkdtemp(join(tmpdir(), 'fleet-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const fresh = await initMeter(join(root, 'meter'));
  const meter = await keepActivation(fresh, fresh.key, {
    service: 'http://meterhouse.example',
    organisation: '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c001',
    registration: '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c002',
    epoch: 1,
  });
  const written = await writeDays(fleetDays({ ...shape, month }), { meter, out: join(root, 'out') });
  const key = createPublicKey({ key: { ...meter.key.publicJwk }, format: 'jwk' });
  const content: Content = { headers: [], vms: [], hosts: [], clusters: [] };
  for (const { path } of written) {
    const reader = await openPackage(path, { keyOf: () => key });
    for await (const batch of reader.batches()) {
      if (batch.kind === 'vm') content.vms.push(...batch.records);
      else if (batch.kind === 'host') content.hosts.push(...batch.records);
      else content.clusters.push(...batch.records);
    }
    assert.deepEqual(reader.faults.list, []);
    content.headers.push(reader.header);
  }
  return content;
}

const seconds = ({ started, ended }: { started: string; ended: string }) =>
  instantOf(ended) - instantOf(started);

test('the same seed gives the same records, another seed others', async (t) => {
  const parts = async (seed: string) =>
    (await writeAndRead(t, { seed, machines: 40, days: 2 })).headers.map((header) => header.parts);
  const first = await parts('demo');
  assert.deepEqual(await parts('demo'), first);
  assert.notDeepEqual(await parts('other'), first);
});

test('a month of the fleet has everything that a real one has', async (t) => {
  const { headers, vms, hosts, clusters } = await writeAndRead(t, { seed: 'demo', machines: 120 });
  assert.equal(headers.length, 31);
  const values = <Row>(rows: readonly Row[], of: (row: Row) => unknown) => new Set(rows.map(of));
  assert.deepEqual(
    values(vms, ({ power }) => power),
    new Set(['on', 'off', 'suspended']),
  );
  assert.deepEqual(
    values(vms, (vm) => vm.licenseCategory),
    new Set(['rental', 'perpetual', 'demo']),
  );
  assert.equal(values(vms, ({ product }) => product).size, 2);
  assert.equal(values(hosts, ({ license }) => license).size, 5);
  assert.equal(values(vms, ({ customer }) => customer).size, 6);
  assert.ok(vms.some(({ reservationMib, memoryMib }) => reservationMib > memoryMib / 2));
  assert.equal(values(clusters, ({ cluster }) => cluster).size, 2);
  const machines = new Map<string, VmRecord[]>();
  for (const vm of vms)
    machines
      .set(vm.vm, machines.get(vm.vm) ?? [])
      .get(vm.vm)!
      .push(vm);
  const lives = [...machines.values()];
  assert.ok(
    lives.some((life) => values(life, ({ host }) => host).size > 1),
    'somebody moved',
  );
  assert.ok(
    lives.some((life) => values(life, ({ licenseCategory }) => licenseCategory).size > 1),
    'under another licence',
  );
  assert.ok(
    lives.some((life) => values(life, ({ memoryMib }) => memoryMib).size > 1),
    'somebody grew',
  );
  assert.ok(
    lives.some((life) => life[0]!.started > '2023-01-02'),
    'somebody came',
  );
  const hours = headers.flatMap(({ products }) => products.flatMap((product) => product.hours));
  const count = (status: string) => hours.filter((hour) => hour.status === status).length;
  assert.deepEqual([count('collected'), count('partial'), count('unreachable')], [2 * 744 - 6, 1, 5]);
});

test('records say each second that was seen of each machine, once', async (t) => {
  const { headers, vms } = await writeAndRead(t, { seed: 'demo', machines: 60 });
  const days = fleetDays({ seed: 'demo', machines: 60, month });
  const { hosts, machines, products } = days.day(month.first);
  const seen = new Map<string, { from: number; to: number }[]>();
  for (const { id, hours } of headers.flatMap((header) => header.products)) {
    const spans = hours.flatMap(({ hour, status, covered }) => {
      if (status === 'unreachable') return [];
      if (status === 'collected') return [{ from: instantOf(hour), to: instantOf(hour) + HOUR }];
      return covered!.map(([from, to]) => ({ from: instantOf(from), to: instantOf(to) }));
    });
    seen.set(id, [...(seen.get(id) ?? []), ...spans]);
  }
  for (const machine of machines()) {
    const expected: Record<string, number> = {};
    for (const { from, to, host, power, memoryMib, vcpus } of machine.stretches) {
      const state = `${hosts[host]!.name} ${power} ${memoryMib} ${vcpus}`;
      for (const span of seen.get(products[hosts[host]!.product]!.id)!) {
        const overlap = Math.min(to, span.to) - Math.max(from, span.from);
        if (overlap > 0) expected[state] = (expected[state] ?? 0) + overlap;
      }
    }
    const told: Record<string, number> = {};
    for (const vm of vms.filter((record) => record.vm === machine.id)) {
      const state = `${vm.host} ${vm.power} ${vm.memoryMib} ${vm.vcpus}`;
      told[state] = (told[state] ?? 0) + seconds(vm);
    }
    assert.deepEqual(told, expected, machine.name);
  }
});

test('a host runs the machines that are on there at any time of the hour, each once', async (t) => {
  const { vms, hosts } = await writeAndRead(t, { seed: 'demo', machines: 90, days: 3 });
  const running = new Map<string, Set<string>>();
  for (const { host, hour, vm, power } of vms) {
    if (power !== 'on') continue;
    const place = `${host} ${hour}`;
    running.set(place, (running.get(place) ?? new Set()).add(vm));
  }
  for (const { host, hour, runningVms } of hosts) {
    assert.equal(runningVms, running.get(`${host} ${hour}`)?.size ?? 0, `${host} ${hour}`);
  }
});

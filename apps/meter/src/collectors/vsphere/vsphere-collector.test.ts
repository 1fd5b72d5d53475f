import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lacking, startVcsim, type Vcsim, type VcsimEvent } from '../../../test/peers/vcsim.ts';
import { hostsOf, powerOf, productAt, told, truly, watchVcenter } from './testing.ts';

const skip = lacking();
const second = ({ ms }: VcsimEvent) => Math.floor(ms / 1000);

async function lastEvent(vcsim: Vcsim, vm: string, ...types: readonly string[]): Promise<number> {
  return second((await vcsim.events()).findLast((event) => event.vm === vm && types.includes(event.type))!);
}

test('the first inventory is what the vCenter has, whatever stands in whatever', { skip }, async (t) => {
  const vcsim = await startVcsim(t, {
    datacenters: 2,
    folders: 1,
    clusters: 2,
    hosts: 2,
    standalone: 1,
    pools: 2,
    vms: 3,
  });
  const truth = await vcsim.truth();
  const [one, two] = truth.hosts;
  await vcsim.drive([
    {
      do: 'license',
      host: one!.id,
      key: 'AAAAA-AAAAA-AAAAA-AAAAA-RENTL',
      edition: 'esx.vcloudEnterprise.cpuPackage',
    },
    {
      do: 'license',
      host: two!.id,
      key: 'BBBBB-BBBBB-BBBBB-BBBBB-OTHER',
      edition: 'esx.enterprisePlus.cpuPackage',
    },
  ]);
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password, {
    licenses: [{ key: 'RENTL', category: 'rental', sku: 'flex' }],
  });
  const { inventory, product, seen } = await watch.inventory();
  assert.ok(Math.abs(seen - Date.now() / 1000) < 60);
  assert.deepEqual(product, { id: vcsim.instance, type: 'vCenter', version: '6.5.0' });
  assert.equal(inventory.machines.length, truth.machines.length);
  assert.deepEqual(told(inventory.machines), truly(truth.machines));
  assert.ok(inventory.machines.every(({ storageMib }) => storageMib > 0));
  const after = await vcsim.truth();
  assert.deepEqual(
    hostsOf(inventory),
    after.hosts
      .map(({ id, name, sockets, cores, memoryBytes, model, license }) => ({
        ...{ id, name, sockets, cores, memoryMib: Math.round(memoryBytes / 2 ** 20), model, license },
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const licenses = new Map(inventory.hosts.map(({ id, license }) => [id, license]));
  assert.deepEqual(licenses.get(one!.id), {
    key: 'AAAAA-AAAAA-AAAAA-AAAAA-RENTL',
    category: 'rental',
    edition: 'esx.vcloudEnterprise.cpuPackage',
    sku: 'flex',
  });
  assert.equal(licenses.get(two!.id)?.category, 'unknown');
  assert.ok([...licenses.values()].some(({ category }) => category === 'demo'));
  const notes = watch.journal.filter(({ code }) => code === 'license-unknown');
  assert.equal(notes.length, 1);
  assert.match(notes[0]!.message, /\*{5}-OTHER/);
  assert.ok(!JSON.stringify(watch.journal).includes('BBBBB'));
  // A compute resource is seen by nobody: what is in it stands in what it is in.
  const parents = new Map(
    truth.places.map(({ id, type, parent }) => [id, type === 'ComputeResource' ? parent : id]),
  );
  const places = new Map(inventory.places.map((place) => [place.id, place]));
  for (const { id, type, name, parent } of truth.places) {
    if (type === 'ComputeResource') assert.ok(!places.has(id));
    else
      assert.deepEqual(places.get(id), {
        ...{ id, name, type: parent === '' ? 'vCenter' : type },
        parent: parent === '' ? undefined : parents.get(parent),
      });
  }
  for (const { id, parent } of truth.hosts) assert.equal(places.get(id)?.parent, parents.get(parent));
  const alone = truth.hosts.find(({ parent }) => parents.get(parent) !== parent);
  assert.equal(inventory.hosts.find(({ id }) => id === alone!.id)?.cluster, undefined);
});

test('each kind of change is told with the second of its event', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { clusters: 2, hosts: 2, pools: 2, vms: 2 });
  const { machines, places } = await vcsim.truth();
  const [cycled, sized, moved, gone, ...rest] = machines;
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password);
  await watch.inventory();
  const { hosts } = await vcsim.truth();
  const other = hosts.find(({ id }) => id !== moved!.host)!.id;
  const pool = places.find(({ type, id }) => type === 'ResourcePool' && id !== rest[0]!.pool)!.id;
  await vcsim.drive([
    { do: 'power', vm: cycled!.id, to: 'off' },
    { do: 'wait', ms: 1100 },
    { do: 'power', vm: cycled!.id, to: 'on' },
    { do: 'wait', ms: 1100 },
    { do: 'power', vm: cycled!.id, to: 'suspended' },
    { do: 'reconfigure', vm: sized!.id, cpus: 8, memoryMib: 512, reservationMib: 128 },
    { do: 'relocate', vm: moved!.id, host: other },
    { do: 'wait', ms: 1100 },
    { do: 'power', vm: gone!.id, to: 'off' },
    { do: 'wait', ms: 1100 },
    { do: 'destroy', vm: gone!.id },
    { do: 'relocate', vm: rest[0]!.id, pool },
  ]);
  const [made, cloned, folder] = await vcsim.drive([
    {
      do: 'create',
      name: 'a "new" <one> & ü',
      folder: moved!.folder,
      pool: moved!.pool,
      cpus: 2,
      memoryMib: 1024,
      reservationMib: 256,
    },
    { do: 'clone', vm: sized!.id, name: 'twin', folder: moved!.folder },
    { do: 'create-folder', folder: moved!.folder, name: 'below' },
  ]);
  await vcsim.drive([
    { do: 'wait', ms: 1100 },
    { do: 'power', vm: made!, to: 'on' },
    { do: 'move-into-folder', vm: rest[1]!.id, folder: folder! },
    { do: 'power', vm: rest[2]!.id, to: 'off' },
    { do: 'template', vm: rest[2]!.id, to: 'template' },
  ]);
  const done = Date.now();
  await watch.caughtUp(done + 1000);

  assert.deepEqual(told(watch.machines().values()), truly((await vcsim.truth()).machines));
  const changes = watch.changes();
  const events = await vcsim.events();
  const steps = { VmPoweredOnEvent: 'on', VmPoweredOffEvent: 'off', VmSuspendedEvent: 'suspended' } as const;
  assert.deepEqual(
    powerOf(changes, cycled!.id),
    events
      .filter(({ type, vm }) => vm === cycled!.id && type in steps)
      .slice(1)
      .map((event) => [second(event), steps[event.type as keyof typeof steps]]),
  );
  const at = (id: string) => changes.filter((change) => change.kind === 'machine' && change.state.id === id);
  assert.deepEqual(
    at(sized!.id).map(({ at }) => at),
    [await lastEvent(vcsim, sized!.id, 'VmReconfiguredEvent')],
  );
  assert.deepEqual(
    at(moved!.id).map(({ at }) => at),
    [await lastEvent(vcsim, moved!.id, 'VmMigratedEvent')],
  );
  const left = changes.find((change) => change.kind === 'gone' && change.id === gone!.id);
  assert.equal(left?.at, await lastEvent(vcsim, gone!.id, 'VmRemovedEvent'));
  const born = at(made!).map((change) => (change.kind === 'machine' ? [change.at, change.state.power] : []));
  assert.deepEqual(born, [
    [await lastEvent(vcsim, made!, 'VmCreatedEvent'), 'off'],
    [await lastEvent(vcsim, made!, 'VmPoweredOnEvent'), 'on'],
  ]);
  assert.equal(watch.machines().get(made!)?.name, 'a "new" <one> & ü');
  assert.equal(at(cloned!)[0]?.at, await lastEvent(vcsim, cloned!, 'VmCreatedEvent'));
  // What has no event counts from the vCenter's time of the answer.
  const refoldered = at(rest[1]!.id).at(-1)!.at;
  assert.ok(refoldered >= Math.floor(done / 1000) - 2 && refoldered <= Math.floor(done / 1000) + 1);
  assert.ok(!watch.machines().has(rest[2]!.id));
  assert.deepEqual(
    watch.journal.filter(({ code }) => code === 'change-missed'),
    [],
  );
});

test('seen moves on while nothing happens, never goes back, and changes are not later than it', {
  skip,
}, async (t) => {
  const vcsim = await startVcsim(t, { vms: 3 });
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password);
  const first = await watch.inventory();
  const [vm] = (await vcsim.truth()).machines;
  await vcsim.drive([{ do: 'power', vm: vm!.id, to: 'off' }]);
  await watch.until(() => watch.readings.at(-1)!.seen >= first.seen + 4);
  let seen = 0;
  for (const reading of watch.readings) {
    assert.ok(reading.seen >= seen);
    if (reading.kind === 'changes')
      for (const { at } of reading.changes)
        assert.ok(at >= seen && at <= reading.seen, `${at} of ${reading.seen}`);
    seen = reading.seen;
  }
  assert.equal(watch.readings.filter(({ kind }) => kind === 'inventory').length, 1);
});

test('ten thousand power changes within a minute are all told with their second', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { clusters: 2, hosts: 4, vms: 1000, coalesced: true });
  const { machines } = await vcsim.truth();
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password);
  await watch.inventory();
  const began = Date.now();
  await vcsim.drive(
    machines.flatMap(({ id }, index) =>
      [1, 2, 3, 4, 5].flatMap((step) => [
        { do: 'wait', vm: id, ms: (index * 7 + step * 13) % 29 } as const,
        { do: 'power', vm: id, to: step % 2 === 1 ? 'off' : 'on' } as const,
      ]),
    ),
    { parallel: 128 },
  );
  const ended = Date.now();
  assert.ok(ended - began < 60_000, `driven in ${ended - began} ms`);
  await watch.caughtUp(ended + 1000);
  const steps: Record<string, string> = { VmPoweredOnEvent: 'on', VmPoweredOffEvent: 'off' };
  const expected = new Map<string, Map<number, string>>();
  let count = 0;
  for (const event of await vcsim.events()) {
    if (event.ms < began || steps[event.type] === undefined) continue;
    count += 1;
    // Of a machine's changes within one second the last one counts.
    const of = expected.get(event.vm!) ?? new Map<number, string>();
    expected.set(event.vm!, of.set(second(event), steps[event.type]!));
  }
  assert.equal(count, 10_000);
  const found = new Map<string, Map<number, string>>();
  for (const change of watch.changes()) {
    assert.equal(change.kind, 'machine');
    if (change.kind !== 'machine') continue;
    const of = found.get(change.state.id) ?? new Map<number, string>();
    found.set(change.state.id, of.set(change.at, change.state.power));
  }
  for (const [id, of] of expected) assert.deepEqual([...playedOut(found.get(id)!)], [...playedOut(of)], id);
  assert.deepEqual(told(watch.machines().values()), truly((await vcsim.truth()).machines));
  assert.deepEqual(
    watch.journal.filter(({ code }) => code === 'change-missed'),
    [],
  );
});

/** Seconds at which the state became another one. */
function playedOut(steps: ReadonlyMap<number, string>): readonly [number, string][] {
  let power = 'on';
  return [...steps].filter(([, to]) => {
    const changed = to !== power;
    power = to;
    return changed;
  });
}

test('a licence that is assigned anew ends one span of the host and begins another', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { hosts: 2, vms: 1 });
  const [host] = (await vcsim.truth()).hosts;
  let ahead = 0;
  const time = { now: () => Date.now() + ahead, sleep: async (ms: number) => void (await sleep(ms)) };
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password, { time });
  await watch.inventory();
  await vcsim.drive([
    { do: 'license', host: host!.id, key: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAA1', edition: 'esx.basic.cpuPackage' },
  ]);
  ahead = 61_000;
  const change = await watch.until(() => watch.changes().find(({ kind }) => kind === 'host'));
  assert.ok(change.kind === 'host' && change.state.id === host!.id);
  assert.equal(change.state.license.key, 'AAAAA-AAAAA-AAAAA-AAAAA-AAAA1');
});

test('hosts, pools and folders that come are told, and a cluster has the capacity of its own vSAN', {
  skip,
}, async (t) => {
  const vcsim = await startVcsim(t, { hosts: 2, vms: 1, coalesced: true });
  const { places, machines } = await vcsim.truth();
  const cluster = places.find(({ type }) => type === 'ClusterComputeResource')!.id;
  await vcsim.drive([{ do: 'vsan', cluster, usedMib: 300_000, rawMib: 1_000_000 }]);
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password);
  const { inventory } = await watch.inventory();
  assert.deepEqual(
    inventory.clusters.map(({ id, vsanUsedMib, vsanRawMib }) => [id, vsanUsedMib, vsanRawMib]),
    [[cluster, 300_000, 1_000_000]],
  );
  const [host, pool, folder] = await vcsim.drive([
    { do: 'add-host', cluster, name: 'fresh.example' },
    { do: 'create-pool', pool: machines[0]!.pool, name: 'gold' },
    { do: 'create-folder', folder: machines[0]!.folder, name: 'customers' },
  ]);
  await watch.until(() =>
    watch.changes().some((change) => change.kind === 'place' && change.state.id === folder),
  );
  const changes = watch.changes();
  assert.ok(
    changes.some(
      (change) => change.kind === 'host' && change.state.id === host && change.state.cluster === cluster,
    ),
  );
  assert.ok(
    changes.some(
      (change) => change.kind === 'place' && change.state.id === pool && change.state.type === 'ResourcePool',
    ),
  );
});

test('the first reading tells what the event history says of the time since', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { vms: 4 });
  const [a, b, c, d] = (await vcsim.truth()).machines;
  const since = Math.ceil(Date.now() / 1000);
  await sleep(since * 1000 - Date.now() + 50);
  const [, , , made] = await vcsim.drive([
    { do: 'power', vm: a!.id, to: 'off' },
    { do: 'reconfigure', vm: b!.id, cpus: 4, memoryMib: 2048 },
    { do: 'power', vm: c!.id, to: 'off' },
    { do: 'create', name: 'made', folder: a!.folder, pool: a!.pool, cpus: 1, memoryMib: 64 },
    { do: 'destroy', vm: c!.id },
  ]);
  const events = await vcsim.events();
  const at = (vm: string, type: string) =>
    second(events.findLast((event) => event.vm === vm && event.type === type)!);
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password, { since });
  const { log, inventory } = await watch.inventory();
  assert.ok(log!.from <= since);
  const index = log!.happenings.findIndex(({ what }) => what === 'made');
  assert.deepEqual(log!.happenings.toSpliced(index, 1), [
    { at: at(a!.id, 'VmPoweredOffEvent'), machine: a!.id, what: 'power', power: 'off' },
    { at: at(b!.id, 'VmReconfiguredEvent'), machine: b!.id, what: 'configured', vcpus: 4, memoryMib: 2048 },
    { at: at(c!.id, 'VmPoweredOffEvent'), machine: c!.id, what: 'power', power: 'off' },
    { at: at(c!.id, 'VmRemovedEvent'), machine: c!.id, what: 'removed' },
  ]);
  const { at: madeAt, machine, what } = log!.happenings[index]!;
  assert.deepEqual(
    { madeAt, machine, what },
    { madeAt: at(made!, 'VmCreatedEvent'), machine: made, what: 'made' },
  );
  assert.ok(inventory.machines.some(({ id }) => id === d!.id));
});

test('a history that does not reach back says so', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { vms: 1 });
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user), vcsim.password, { since: 1_600_000_000 });
  const { log } = await watch.inventory();
  const oldest = (await vcsim.events())[0]!;
  assert.equal(log!.from, Math.ceil(oldest.ms / 1000));
});

test('an abort ends the watch without a failure and leaves no session behind', { skip }, async (t) => {
  const vcsim = await startVcsim(t, { vms: 1 });
  const watch = watchVcenter(t, productAt(vcsim, vcsim.user, { poll: 60 }), vcsim.password);
  await watch.inventory();
  watch.stop();
  assert.equal(await watch.failure(), undefined);
  assert.ok((await vcsim.events()).some(({ type }) => type === 'UserLogoutSessionEvent'));
});

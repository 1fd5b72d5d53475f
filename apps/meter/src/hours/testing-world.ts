/**
 * A small data centre that lives second by second, and an oracle that knows nothing of spans: it asks for every second what
 * was, and holds the records of closed hours against it.
 */
import assert from 'node:assert/strict';
import { HOUR, instantOf } from '@meterhouse/metering';
import fc from 'fast-check';
import type { Change, Happening, HostState, Inventory, MachineState, Place } from '../inventory/index.ts';
import type { Labels } from './labels.ts';
import { cluster, host, machine, place, type ReadHour, TEN } from './testing.ts';

/** Something that happens; `thing` and `value` are reduced to what is there. */
export interface Incident {
  readonly at: number;
  readonly what:
    | 'power'
    | 'vcpus'
    | 'memory'
    | 'move'
    | 'rename'
    | 'make'
    | 'remove'
    | 'license'
    | 'recluster'
    | 'cluster-name'
    | 'refolder'
    | 'reservation';
  readonly thing: number;
  readonly value: number;
}

export interface World {
  readonly machines: ReadonlyMap<string, MachineState>;
  readonly hosts: ReadonlyMap<string, HostState>;
  readonly clusters: ReadonlyMap<string, ReturnType<typeof cluster>>;
  readonly places: ReadonlyMap<string, Place>;
}

/** Whose a machine is: the name of the tenant that its folder lies in. */
export const TENANTS: Labels = {
  version: 'tenants',
  customerOf(machine, _host, places) {
    return places.get(places.get(machine.folder ?? '')?.parent ?? '')?.name ?? '';
  },
};

const MACHINES = 5;

export const FIRST_WORLD: World = {
  machines: new Map(
    [1, 2, 3].map((number) => {
      const one = machine(number, { folder: 'folder-1', host: `host-${1 + (number % 2)}` });
      return [one.id, one];
    }),
  ),
  hosts: new Map([host(1), host(2, { cluster: 'cluster-2' })].map((one) => [one.id, one])),
  clusters: new Map(
    [cluster(1), cluster(2, { vsanRawMib: 1000, vsanUsedMib: 10 })].map((one) => [one.id, one]),
  ),
  places: new Map(
    [place('tenant-a'), place('tenant-b'), place('folder-1', 'tenant-a'), place('folder-2', 'tenant-b')].map(
      (one) => [one.id, one],
    ),
  ),
};

export interface Event {
  readonly at: number;
  readonly change: Change;
  /** Number of the machine, 0 for what is none. */
  readonly thing: number;
  /** What the product's log says of it, if it does. */
  readonly happening?: Happening;
}

/** Plays incidents: what really happened, and the world after each. An incident that cannot be is none. */
export function play(incidents: readonly Incident[]): {
  events: Event[];
  worlds: { at: number; world: World }[];
} {
  let world = FIRST_WORLD;
  const events: Event[] = [];
  const worlds = [{ at: TEN - HOUR, world }];
  const made = new Map<number, number>();
  for (const incident of incidents.toSorted((a, b) => a.at - b.at)) {
    const event = happen(world, incident, made);
    if (event === undefined) continue;
    world = changed(world, event.change);
    events.push(event);
    worlds.push({ at: incident.at, world });
  }
  return { events, worlds };
}

function happen(
  world: World,
  { at, what, thing, value }: Incident,
  made: Map<number, number>,
): Event | undefined {
  const machines = [...world.machines.values()];
  const one = machines[thing % Math.max(1, machines.length)];
  const becomes = (state: MachineState, happening?: Omit<Happening, 'at' | 'machine'>): Event => ({
    at,
    change: { kind: 'machine', at, state },
    thing: Number(state.uuid.slice(-12)),
    ...(happening && { happening: { at, machine: state.id, ...happening } }),
  });
  const hosts = [...world.hosts.values()];
  const onHost = hosts[thing % hosts.length]!;
  if (what === 'make') {
    const number = 1 + (thing % MACHINES);
    const count = (made.get(number) ?? 0) + 1;
    if (machines.some((other) => other.uuid === machine(number).uuid)) return undefined;
    made.set(number, count);
    // As a hypervisor does it: the same UUID, registered anew, has another id.
    const state = machine(number, {
      id: `vm-${number}-${count}`,
      power: 'off',
      folder: `folder-${1 + (value % 2)}`,
    });
    return becomes(state, { what: 'made' });
  }
  if (what === 'license') {
    const state = {
      ...onHost,
      license: {
        ...onHost.license,
        key: `KEY-${value}`,
        category: value % 2 ? ('rental' as const) : ('demo' as const),
      },
    };
    return { at, thing: 0, change: { kind: 'host', at, state } };
  }
  if (what === 'recluster')
    return {
      at,
      thing: 0,
      change: { kind: 'host', at, state: { ...onHost, cluster: `cluster-${1 + (value % 2)}` } },
    };
  if (what === 'cluster-name') {
    const state = {
      ...world.clusters.get(`cluster-${1 + (thing % 2)}`)!,
      name: `silver-${1 + (thing % 2)}-${value}`,
    };
    return { at, thing: 0, change: { kind: 'cluster', at, state } };
  }
  if (what === 'refolder') {
    const state = {
      ...world.places.get(`folder-${1 + (thing % 2)}`)!,
      parent: value % 2 ? 'tenant-a' : 'tenant-b',
    };
    return { at, thing: 0, change: { kind: 'place', at, state } };
  }
  if (one === undefined) return undefined;
  switch (what) {
    case 'power': {
      const power = (['on', 'off', 'suspended'] as const)[value % 3]!;
      return power === one.power ? undefined : becomes({ ...one, power }, { what: 'power', power });
    }
    case 'vcpus':
      return becomes({ ...one, vcpus: 1 + (value % 8) }, { what: 'configured', vcpus: 1 + (value % 8) });
    case 'memory':
      return becomes({ ...one, memoryMib: 1024 * value }, { what: 'configured', memoryMib: 1024 * value });
    case 'reservation':
      return becomes(
        { ...one, reservationMib: 512 * value },
        { what: 'configured', reservationMib: 512 * value },
      );
    case 'move': {
      const to = `host-${1 + (value % 2)}`;
      return becomes({ ...one, host: to }, { what: 'moved', host: to });
    }
    case 'rename':
      return becomes({ ...one, name: `renamed ${value}` });
    case 'remove':
      return {
        at,
        thing: Number(one.uuid.slice(-12)),
        change: { kind: 'gone', of: 'machine', at, id: one.id },
        happening: { at, machine: one.id, what: 'removed' },
      };
  }
}

function changed(world: World, change: Change): World {
  const replaced = <T>(map: ReadonlyMap<string, T>, id: string, state: T | undefined) => {
    const copy = new Map(map);
    if (state === undefined) copy.delete(id);
    else copy.set(id, state);
    return copy;
  };
  switch (change.kind) {
    case 'machine':
      return { ...world, machines: replaced(world.machines, change.state.id, change.state) };
    case 'host':
      return { ...world, hosts: replaced(world.hosts, change.state.id, change.state) };
    case 'cluster':
      return { ...world, clusters: replaced(world.clusters, change.state.id, change.state) };
    case 'place':
      return { ...world, places: replaced(world.places, change.state.id, change.state) };
    case 'gone':
      return { ...world, machines: replaced(world.machines, change.id, undefined) };
  }
}

export function inventoryOf(world: World): Inventory {
  return {
    machines: [...world.machines.values()],
    hosts: [...world.hosts.values()],
    clusters: [...world.clusters.values()],
    places: [...world.places.values()],
  };
}

export function worldAt(worlds: readonly { at: number; world: World }[], second: number): World {
  let found = worlds[0]!.world;
  for (const { at, world } of worlds) {
    if (at > second) break;
    found = world;
  }
  return found;
}

export const INCIDENTS = (length: number) =>
  fc.array(
    fc.record<Incident>({
      at: fc.oneof(
        fc.integer({ min: TEN, max: TEN + length }),
        fc.integer({ min: TEN + HOUR - 3, max: TEN + HOUR + 3 }),
      ),
      what: fc.constantFrom(
        'power',
        'power',
        'power',
        'vcpus',
        'memory',
        'reservation',
        'move',
        'rename',
        'make',
        'make',
        'remove',
        'license',
        'recluster',
        'cluster-name',
        'refolder',
      ),
      thing: fc.nat(4),
      value: fc.nat(7),
    }),
    { maxLength: 40 },
  );

/** What the world says that every machine should look like in this second, one text a machine; `bills`: only what a bill is made of. */
export function expectedAt(world: World, bills: boolean): string[] {
  return [...world.machines.values()]
    .map((one) => {
      const on = world.hosts.get(one.host!)!;
      const named = bills
        ? []
        : [one.name, world.clusters.get(on.cluster!)!.name, TENANTS.customerOf(one, on, world.places)];
      return [
        one.uuid,
        one.power,
        one.vcpus,
        one.memoryMib,
        one.reservationMib,
        on.name,
        on.license.key,
        on.license.category,
        ...named,
      ].join(' ');
    })
    .sort();
}

/** Second by second, what the records of an hour say. */
export function toldBy(hour: ReadHour): Map<number, { full: string[]; bills: string[] }> {
  const seconds = new Map<number, { full: string[]; bills: string[] }>();
  const taken = new Set<string>();
  for (const vm of hour.vm) {
    assert.equal(vm.hour, hour.listed.hour);
    const bills = [
      vm.vm,
      vm.power,
      vm.vcpus,
      vm.memoryMib,
      vm.reservationMib,
      vm.host,
      vm.license,
      vm.licenseCategory,
    ];
    for (let second = instantOf(vm.started); second < instantOf(vm.ended); second += 1) {
      const place = `${vm.vm} ${second}`;
      assert.ok(!taken.has(place), `${place} is told twice`);
      taken.add(place);
      const of = seconds.get(second) ?? { full: [], bills: [] };
      seconds.set(second, of);
      of.bills.push(bills.join(' '));
      of.full.push([...bills, vm.name, vm.cluster, vm.customer].join(' '));
    }
  }
  return seconds;
}

export function coveredBy({ listed }: ReadHour): (second: number) => boolean {
  if (listed.status === 'unreachable') return () => false;
  const hour = instantOf(listed.hour);
  const spans = listed.covered?.map(([from, to]) => [instantOf(from), instantOf(to)] as const) ?? [
    [hour, hour + HOUR] as const,
  ];
  return (second) => spans.some(([from, to]) => second >= from && second < to);
}

/** Each host record holds for the world of every second of it, and counts what ran on it. */
export function checkHosts(
  hour: ReadHour,
  worlds: readonly { at: number; world: World }[],
  watched: (second: number) => boolean,
): void {
  const covered = coveredBy(hour);
  const taken = new Set<string>();
  const start = instantOf(hour.listed.hour);
  for (const record of hour.host) {
    const ran = new Set<string>();
    for (let second = instantOf(record.started); second < instantOf(record.ended); second += 1) {
      assert.ok(!taken.has(`${record.host} ${second}`));
      taken.add(`${record.host} ${second}`);
      const world = worldAt(worlds, second);
      const one = [...world.hosts.values()].find(({ name }) => name === record.host)!;
      assert.equal(record.license, one.license.key);
      if (watched(second)) assert.equal(record.cluster, world.clusters.get(one.cluster!)!.name);
      for (const { host, power, uuid } of world.machines.values())
        if (host === one.id && power === 'on') ran.add(uuid);
    }
    assert.equal(record.runningVms, ran.size, `${record.host} ${record.started}`);
  }
  for (let second = start; second < start + HOUR; second += 1)
    for (const { name } of FIRST_WORLD.hosts.values())
      assert.equal(taken.has(`${name} ${second}`), covered(second));
}

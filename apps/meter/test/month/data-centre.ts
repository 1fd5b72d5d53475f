/**
 * The data centre of the month: does things to the simulated vCenter and writes each down in the history at the second at which it
 * is done. What it does is drawn from a seed, so that every run is the same month.
 */
import type { Vcsim, VcsimAction } from '../peers/vcsim.ts';
import type { History, Machine } from './history.ts';

/** The hosts' licences, by the last five characters of their keys; the meter's settings say the same. */
export const LICENSES = {
  RENTA: 'rental',
  RENTB: 'rental',
  PERPA: 'perpetual',
  DEMOA: 'demo',
} as const;
export type LicenseEnd = keyof typeof LICENSES;

const keyOf = (end: LicenseEnd) => `AAAAA-BBBBB-CCCCC-DDDDD-${end}`;

interface Place {
  readonly id: string;
  readonly pool: string;
}

export class DataCentre {
  readonly #vcsim: Vcsim;
  readonly #history: History;
  readonly #random: () => number;
  readonly #ids = new Map<string, string>();
  readonly #hosts = new Map<string, Place>();
  #folder = '';
  #made = 0;

  constructor(vcsim: Vcsim, history: History, seed: number) {
    this.#vcsim = vcsim;
    this.#history = history;
    this.#random = mulberry32(seed);
  }

  /** Gives each host a licence and each cluster a customer, and writes down what there is. */
  async begin(at: number, customers: Readonly<Record<string, string>>): Promise<void> {
    const ends = Object.keys(LICENSES) as LicenseEnd[];
    const { places, ...truth } = await this.#vcsim.truth();
    // The simulator tells them in any order, and every run must draw the same.
    const hosts = truth.hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const machines = truth.machines.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const nameOf = new Map(places.map(({ id, name }) => [id, name]));
    for (const [index, host] of hosts.entries()) {
      const cluster = nameOf.get(host.parent)!;
      const pool = places.find(({ type, parent }) => type === 'ResourcePool' && parent === host.parent)!.id;
      this.#hosts.set(host.name, { id: host.id, pool });
      const end = ends[index % ends.length]!;
      await this.#vcsim.drive([{ do: 'license', host: host.id, key: keyOf(end) }]);
      this.#history.host(at, host.name, {
        cluster,
        customer: customers[cluster] ?? 'No Customer Label',
        license: keyOf(end),
        category: LICENSES[end],
      });
    }
    const hostName = new Map(hosts.map(({ id, name }) => [id, name]));
    for (const { id, uuid, name, power, cpus, memoryMib, reservationMib, host, folder } of machines) {
      this.#folder = folder;
      this.#know(name, id, uuid);
      const state = { power, vcpus: cpus, memoryMib, reservationMib, host: hostName.get(host)! };
      this.#history.machine(at, name, state);
    }
  }

  /** Does one thing of any kind to any machine. @returns what it did, for who reads a failure */
  async something(at: number): Promise<string> {
    const names = this.#history.names(at);
    const name = this.#pick(names);
    const drawn = this.#random();
    if (drawn < 0.4) return this.power(at, name);
    if (drawn < 0.6) return this.resize(at, name);
    if (drawn < 0.8) return this.move(at, name);
    if (drawn < 0.9 || names.length < 6) return this.create(at);
    return this.destroy(at, name);
  }

  /** All machines that run go off in one second, and half of them come on again in the same one. */
  async blackout(at: number): Promise<void> {
    const running = this.#history.names(at).filter((name) => this.#state(name, at).power === 'on');
    for (const name of running) await this.#switch(at, name, 'off');
    for (const name of running.filter((_, index) => index % 2 === 0)) await this.#switch(at, name, 'on');
  }

  async power(at: number, name: string): Promise<string> {
    const { power } = this.#state(name, at);
    const to = power === 'on' ? this.#pick(['off', 'suspended', 'reset'] as const) : 'on';
    await this.#switch(at, name, to);
    return `${name} ${to}`;
  }

  async resize(at: number, name: string): Promise<string> {
    const vcpus = 1 + Math.floor(this.#random() * 16);
    const memoryMib = 256 * (1 + Math.floor(this.#random() * 200));
    const reservationMib = 64 * Math.floor(this.#random() * (memoryMib / 64));
    await this.#do({ do: 'reconfigure', vm: this.#ids.get(name)!, cpus: vcpus, memoryMib, reservationMib });
    this.#set(at, name, { vcpus, memoryMib, reservationMib });
    return `${name} of ${vcpus} x ${memoryMib} MiB, ${reservationMib} reserved`;
  }

  async move(at: number, name: string): Promise<string> {
    const host = this.#pick([...this.#hosts.keys()]);
    const { id, pool } = this.#hosts.get(host)!;
    await this.#do({ do: 'relocate', vm: this.#ids.get(name)!, host: id, pool });
    this.#set(at, name, { host });
    return `${name} to ${host}`;
  }

  async create(at: number): Promise<string> {
    this.#made += 1;
    const name = `made-${this.#made}`;
    const host = this.#pick([...this.#hosts.keys()]);
    const { id, pool } = this.#hosts.get(host)!;
    const memoryMib = 512 * (1 + Math.floor(this.#random() * 32));
    const vm = await this.#do({
      do: 'create',
      name,
      folder: this.#folder,
      pool,
      host: id,
      cpus: 2,
      memoryMib,
      reservationMib: 0,
    });
    const { machines } = await this.#vcsim.truth();
    this.#know(name, vm, machines.find((machine) => machine.id === vm)!.uuid);
    const state = { power: 'off', vcpus: 2, memoryMib, reservationMib: 0, host } as const;
    this.#history.machine(at, name, state);
    if (this.#random() < 0.7) await this.#switch(at, name, 'on');
    return `${name} made on ${host}`;
  }

  async destroy(at: number, name: string): Promise<string> {
    if (this.#state(name, at).power === 'suspended') await this.#switch(at, name, 'on');
    if (this.#state(name, at).power === 'on') await this.#switch(at, name, 'off');
    await this.#do({ do: 'destroy', vm: this.#ids.get(name)! });
    this.#history.machine(at, name, undefined);
    return `${name} destroyed`;
  }

  /** A host runs under another key: `seen` is when the meter looks at licences next, as a vCenter tells nobody of it. */
  async license(at: number, seen: number, host: string, end: LicenseEnd): Promise<void> {
    await this.#do({ do: 'license', host: this.#hosts.get(host)!.id, key: keyOf(end) });
    const before = this.#history.hostOf(host, at);
    this.#history.host(seen, host, { ...before, license: keyOf(end), category: LICENSES[end] });
  }

  hosts(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  async #switch(at: number, name: string, to: 'on' | 'off' | 'suspended' | 'reset'): Promise<void> {
    await this.#do({ do: 'power', vm: this.#ids.get(name)!, to });
    if (to !== 'reset') this.#set(at, name, { power: to });
  }

  #set(at: number, name: string, change: Partial<Machine>): void {
    this.#history.machine(at, name, { ...this.#state(name, at), ...change });
  }

  #state(name: string, at: number): Machine {
    return this.#history.stateOf(name, at)!;
  }

  #know(name: string, id: string, uuid: string): void {
    this.#ids.set(name, id);
    this.#history.uuids.set(name, uuid);
  }

  async #do(action: VcsimAction): Promise<string> {
    return (await this.#vcsim.drive([action]))[0]!;
  }

  #pick<One>(of: readonly One[]): One {
    return of[Math.floor(this.#random() * of.length)]!;
  }
}

/** Numbers from 0 to 1 that a seed decides (mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * What machines run on and stand in: hosts, clusters, pools, folders, datacentres, licences. They change seldom and no event is
 * asked for: a change counts from the vCenter's time of the answer that told it.
 */
import {
  type Change,
  type ClusterState,
  type HostState,
  type License,
  NO_LICENSE,
  type Place,
  type PlaceType,
} from '../../../inventory/index.ts';
import { plainName, type SharedTexts } from '../kept-text.ts';
import { MOST_MIB, MOST_SOCKETS } from '../limits.ts';
import type { ObjectProperties } from '../soap/vim-session.ts';
import type { VsanCapacity } from './vsan.ts';

interface Thing {
  readonly id: string;
  readonly type: string;
  name: string;
  parent: string | undefined;
  sockets: number;
  cores: number;
  memoryMib: number;
  model: string;
  datastores: readonly string[];
  /** Folder of a vApp. */
  folder: string | undefined;
  sweep: number;
}

const PLACES: Readonly<Record<string, PlaceType>> = {
  Folder: 'Folder',
  StoragePod: 'Folder',
  Datacenter: 'Datacenter',
  ClusterComputeResource: 'ClusterComputeResource',
  ResourcePool: 'ResourcePool',
  VirtualApp: 'ResourcePool',
  HostSystem: 'HostSystem',
};

type Told = { readonly of: 'host' | 'cluster' | 'place'; readonly state: HostState | ClusterState | Place };

export class Surroundings {
  /** Folders of vApps, by the vApps' ids. */
  readonly vappFolders = new Map<string, string | undefined>();
  readonly #texts: SharedTexts;
  readonly #things = new Map<string, Thing>();
  readonly #told = new Map<string, Told>();
  #licenses: ReadonlyMap<string, License> = new Map();
  #vsan: ReadonlyMap<string, VsanCapacity> = new Map();
  /** When what is not told yet was seen, milliseconds; infinite until the answer is over. */
  #touched: number | undefined;
  #sweep = 0;

  constructor(texts: SharedTexts) {
    this.#texts = texts;
  }

  get size(): number {
    return this.#things.size;
  }

  /** Ids of the datastores that each cluster mounts. */
  get datastores(): ReadonlyMap<string, readonly string[]> {
    const clusters = [...this.#things.values()].filter(({ type }) => type === 'ClusterComputeResource');
    return new Map(clusters.map(({ id, datastores }) => [id, datastores]));
  }

  get hostIds(): readonly string[] {
    return [...this.#things.values()].filter(({ type }) => type === 'HostSystem').map(({ id }) => id);
  }

  /** True while something is known that has not settled yet. */
  get pending(): boolean {
    return this.#touched !== undefined;
  }

  /** Everything that was taken in since the last time was so before this moment, milliseconds by the vCenter's clock. */
  looked(moment: number): void {
    if (this.#touched === Number.POSITIVE_INFINITY) this.#touched = moment;
  }

  /** Takes an update in; `looked` says later until when it can have been. */
  update(object: ObjectProperties): void {
    this.#touched ??= Number.POSITIVE_INFINITY;
    if (object.kind === 'leave') {
      this.#things.delete(object.id);
      this.vappFolders.delete(object.id);
      return;
    }
    const id = this.#texts.of(object.id);
    const there = this.#things.get(id);
    const thing = there ?? newThing(id, this.#texts.of(object.type));
    if (there === undefined) this.#things.set(id, thing);
    thing.sweep = this.#sweep;
    for (const { path, value } of object.values) {
      if (path === 'datastore')
        thing.datastores = (value?.children ?? []).map(({ text }) => this.#texts.of(text));
      else take(thing, path, value?.text ?? '', this.#texts);
    }
    if (thing.type === 'VirtualApp') this.vappFolders.set(id, thing.folder);
  }

  beginSweep(): void {
    this.#sweep += 1;
  }

  endSweep(): void {
    for (const { id, sweep } of [...this.#things.values()])
      if (sweep !== this.#sweep) this.update({ id, type: '', kind: 'leave', values: [] });
  }

  /** Licences as they are assigned now; to hosts and clusters, by their ids. */
  license(licenses: ReadonlyMap<string, License>): void {
    if (same([...this.#licenses], [...licenses])) return;
    this.#licenses = licenses;
    this.#touched ??= Number.POSITIVE_INFINITY;
  }

  vsan(capacities: ReadonlyMap<string, VsanCapacity>): void {
    if (same([...this.#vsan], [...capacities])) return;
    this.#vsan = capacities;
    this.#touched ??= Number.POSITIVE_INFINITY;
  }

  /** What changed up to the end of the second `seen`. */
  tell(seen: number, seenBefore: number): readonly Change[] {
    if (this.#touched === undefined || Math.floor(this.#touched / 1000) > seen) return [];
    const at = Math.max(Math.floor(this.#touched / 1000), seenBefore);
    this.#touched = undefined;
    const changes: Change[] = [];
    const now = this.#now();
    for (const [key, { of, state }] of this.#told) {
      if (now.has(key)) continue;
      this.#told.delete(key);
      changes.push({ kind: 'gone', of, at, id: state.id });
    }
    for (const [key, told] of now) {
      const before = this.#told.get(key);
      if (before !== undefined && same(before.state, told.state)) continue;
      this.#told.set(key, told);
      changes.push({ kind: told.of, at, state: told.state } as Change);
    }
    return changes;
  }

  /** All as told last; at the first time as it is now. */
  inventory(): { readonly hosts: HostState[]; readonly clusters: ClusterState[]; readonly places: Place[] } {
    if (this.#told.size === 0) {
      this.#touched = undefined;
      for (const [key, told] of this.#now()) this.#told.set(key, told);
    }
    const all = [...this.#told.values()];
    const states = <State>(kind: Told['of']) =>
      all.filter(({ of }) => of === kind).map(({ state }) => state as State);
    return { hosts: states('host'), clusters: states('cluster'), places: states('place') };
  }

  #now(): Map<string, Told> {
    const now = new Map<string, Told>();
    for (const thing of this.#things.values()) {
      const place = this.#placeOf(thing);
      if (place !== undefined) now.set(`place ${thing.id}`, { of: 'place', state: place });
      if (thing.type === 'HostSystem')
        now.set(`host ${thing.id}`, { of: 'host', state: this.#hostOf(thing) });
      if (thing.type === 'ClusterComputeResource')
        now.set(`cluster ${thing.id}`, { of: 'cluster', state: this.#clusterOf(thing) });
    }
    return now;
  }

  #placeOf({ id, type, name, parent }: Thing): Place | undefined {
    const place = PLACES[type];
    if (place === undefined) return undefined;
    if (parent === undefined && place === 'Folder') return { id, type: 'vCenter', name, parent: undefined };
    return { id, type: place, name, parent: this.#above(parent) };
  }

  /** A host of no cluster stands in a compute resource that nobody sees: what is above it counts. */
  #above(id: string | undefined): string | undefined {
    const thing = id === undefined ? undefined : this.#things.get(id);
    return thing?.type === 'ComputeResource' ? thing.parent : id;
  }

  #hostOf({ id, name, parent, sockets, cores, memoryMib, model }: Thing): HostState {
    const above = parent === undefined ? undefined : this.#things.get(parent);
    return {
      id,
      name,
      cluster: above?.type === 'ClusterComputeResource' ? above.id : undefined,
      place: id,
      sockets,
      coresPerSocket: sockets > 0 ? Math.floor(cores / sockets) : 0,
      memoryMib,
      model,
      license: this.#licenses.get(id) ?? NO_LICENSE,
    };
  }

  #clusterOf({ id, name }: Thing): ClusterState {
    const { usedMib = 0, rawMib = 0 } = this.#vsan.get(id) ?? {};
    // A licence that is assigned to a cluster is the one of its vSAN.
    const edition = rawMib > 0 ? (this.#licenses.get(id)?.edition ?? '') : '';
    return { id, name, vsanUsedMib: usedMib, vsanRawMib: rawMib, features: NO_FEATURES, edition };
  }
}

const NO_FEATURES: readonly string[] = Object.freeze([]);

function newThing(id: string, type: string): Thing {
  return {
    id,
    type,
    name: '',
    parent: undefined,
    sockets: 0,
    cores: 0,
    memoryMib: 0,
    model: '',
    datastores: [],
    folder: undefined,
    sweep: 0,
  };
}

function take(thing: Thing, path: string, text: string, texts: SharedTexts): void {
  switch (path) {
    case 'name':
      thing.name = texts.of(plainName(text));
      return;
    case 'parent':
      thing.parent = text === '' ? undefined : texts.of(text);
      return;
    case 'parentFolder':
      thing.folder = text === '' ? undefined : texts.of(text);
      return;
    case 'hardware.cpuInfo.numCpuPackages':
      thing.sockets = whole(Number(text), thing.sockets, MOST_SOCKETS);
      return;
    case 'hardware.cpuInfo.numCpuCores':
      thing.cores = whole(Number(text), thing.cores, MOST_SOCKETS);
      return;
    case 'hardware.memorySize':
      thing.memoryMib = whole(Math.round(Number(text) / 2 ** 20), thing.memoryMib, MOST_MIB);
      return;
    case 'hardware.systemInfo.model':
      thing.model = texts.of(text);
      return;
  }
}

/** A host that cannot be reached any more tells no hardware: it keeps what it had. */
function whole(value: number, otherwise: number, most: number): number {
  return Number.isInteger(value) && value > 0 && value <= most ? value : otherwise;
}

function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

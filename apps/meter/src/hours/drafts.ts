/**
 * Turns what a collector tells into mutations of the timeline: each at the second in which it takes effect, each only when
 * it makes a difference, and with the customer's label that follows from it.
 */
import type { Change, HostState, Inventory, MachineState } from '../inventory/index.ts';
import type { ProvenChange } from './gap-proof.ts';
import type { Labels } from './labels.ts';
import { placeInGap } from './place-in-gap.ts';
import { differenceOf } from './same-states.ts';
import type { Timeline } from './timeline.ts';
import { type Kind, keptMutation, type MeteredMachine, type Mutation, type Things } from './tree.ts';

/** What an inventory found that no change had told. */
export interface Differences {
  made: number;
  gone: number;
  changed: number;
}

/** No tree of places is deeper; a circle, which no product should have, ends here. */
const DEEPEST = 64;

/** Mutations of one reading. They are applied to the timeline one by one, since each may follow from the ones before. */
export class Draft {
  readonly mutations: Mutation[] = [];
  /** Changes that belong into an hour that is closed: they count from the beginning of the first that is open. */
  late = 0;
  readonly #timeline: Timeline;
  readonly #labels: Labels;
  /** What the reading reaches to. */
  readonly #seen: number;

  constructor(timeline: Timeline, labels: Labels, seen: number) {
    this.#timeline = timeline;
    this.#labels = labels;
    this.#seen = seen;
  }

  /** @param notBefore for a product whose clock was set back: what it tells of seconds that have been told counts from here */
  changes(changes: readonly Change[], notBefore = 0): void {
    const moved = new Moved();
    for (const change of changes) {
      const kind = change.kind === 'gone' ? change.of : change.kind;
      const id = change.kind === 'gone' ? change.id : change.state.id;
      const told = Math.max(change.at, notBefore);
      const at = this.#timeline.effectiveAt(kind, id, told, this.#seen);
      if (moved.at !== at) this.#relabelMoved(moved);
      moved.at = at;
      const differs =
        change.kind === 'gone'
          ? this.#remove(change.of, id, at)
          : change.kind === 'machine'
            ? this.#put('machine', at, this.#labelled(change.state))
            : this.#put(change.kind, at, change.state);
      if (!differs) continue;
      if (told < this.#timeline.baseAt) this.late += 1;
      if (kind === 'host') moved.hosts.add(id);
      else if (kind === 'place') moved.places.add(id);
    }
    this.#relabelMoved(moved);
  }

  /** Moments of a gap. A machine that stayed where it was keeps its label until the inventory; one that was made or moved has that of its place. */
  proven(changes: readonly ProvenChange[], after: Inventory): void {
    const places = new Map(after.places.map((place) => [place.id, place]));
    const hosts = new Map(after.hosts.map((host) => [host.id, host]));
    const before = new Map(changes.map(({ id }) => [id, this.#timeline.now.machine.get(id)]));
    const found = new Map(
      after.machines.flatMap((machine) => (before.has(machine.id) ? [[machine.id, machine] as const] : [])),
    );
    for (const { at, id, state } of changes) {
      if (state === undefined) {
        this.#remove('machine', id, at);
        continue;
      }
      const known = before.get(id);
      const placed = { ...state, ...placeInGap(state, known, found.get(id), hosts) };
      const stayed = known !== undefined && placed.pool === known.pool && placed.host === known.host;
      const customer = stayed
        ? known.customer
        : this.#labels.customerOf(placed, hostOf(placed, hosts), places);
      this.#put('machine', at, { ...placed, customer });
    }
  }

  /** Makes the tree equal to an inventory, at `seen`. */
  inventory({ places, clusters, hosts, machines }: Inventory): Differences {
    const found: Differences = { made: 0, gone: 0, changed: 0 };
    this.#match('place', places, found);
    this.#match('cluster', clusters, found);
    this.#match('host', hosts, found);
    this.#match('machine', machines as readonly MeteredMachine[], found, (machine) =>
      this.#labelled(machine),
    );
    return found;
  }

  /** Labels every machine anew, at `seen`. */
  relabel(): void {
    for (const machine of this.#timeline.now.machine.values()) this.#relabel(machine, this.#seen);
  }

  #match<K extends Kind>(
    kind: K,
    things: readonly Things[K][],
    found: Differences,
    complete: (thing: Things[K]) => Things[K] = (thing) => thing,
  ): void {
    const known = this.#timeline.now[kind] as ReadonlyMap<string, Things[K]>;
    const ids = new Set<string>();
    for (const thing of things) {
      ids.add(thing.id);
      const before = known.get(thing.id);
      const after = complete(thing);
      const difference = before === undefined ? 'changed' : differenceOf(kind, before, after);
      if (before === undefined) found.made += 1;
      else if (difference === 'changed') found.changed += 1;
      this.#put(kind, this.#timeline.effectiveAt(kind, thing.id, this.#seen, this.#seen), after);
    }
    for (const id of [...known.keys()]) {
      if (ids.has(id)) continue;
      found.gone += 1;
      this.#remove(kind, id, this.#timeline.effectiveAt(kind, id, this.#seen, this.#seen));
    }
  }

  /** @returns whether it makes a difference */
  #put<K extends Kind>(kind: K, at: number, state: Things[K]): boolean {
    const before = (this.#timeline.now[kind] as ReadonlyMap<string, Things[K]>).get(state.id);
    if (before !== undefined && differenceOf(kind, before, state) === 'none') return false;
    this.#mutate({ kind, at, id: state.id, state } as Mutation);
    return true;
  }

  #remove(kind: Kind, id: string, at: number): boolean {
    if (!this.#timeline.now[kind].has(id)) return false;
    this.#mutate({ kind, at, id, state: undefined } as Mutation);
    return true;
  }

  #mutate(mutation: Mutation): void {
    const kept = keptMutation(this.#timeline.now, mutation);
    this.#timeline.mutate(kept);
    this.mutations.push(kept);
  }

  #labelled(machine: MachineState): MeteredMachine {
    const { host, place } = this.#timeline.now;
    return { ...machine, customer: this.#labels.customerOf(machine, hostOf(machine, host), place) };
  }

  #relabel(machine: MeteredMachine, at: number): void {
    const labelled = this.#labelled(machine);
    if (labelled.customer !== machine.customer)
      this.#put('machine', this.#timeline.effectiveAt('machine', machine.id, at, this.#seen), labelled);
  }

  /** Machines whose way up leads through something that changed may have another label. */
  #relabelMoved(moved: Moved): void {
    if (moved.hosts.size === 0 && moved.places.size === 0) return;
    const { machine: machines, host: hosts, place: places } = this.#timeline.now;
    const leadsThrough = (start: string | undefined) => {
      let id = start;
      for (let depth = 0; id !== undefined && depth < DEEPEST; depth += 1) {
        if (moved.places.has(id)) return true;
        id = places.get(id)?.parent;
      }
      return false;
    };
    for (const machine of machines.values()) {
      const onMoved = machine.host !== undefined && moved.hosts.has(machine.host);
      if (
        onMoved ||
        (moved.places.size > 0 &&
          (leadsThrough(machine.folder) ||
            leadsThrough(machine.pool) ||
            leadsThrough(hostOf(machine, hosts)?.place)))
      )
        this.#relabel(machine, moved.at);
    }
    moved.hosts.clear();
    moved.places.clear();
  }
}

/** Hosts and places that changed in one second. */
class Moved {
  at = 0;
  readonly hosts = new Set<string>();
  readonly places = new Set<string>();
}

function hostOf(machine: MachineState, hosts: ReadonlyMap<string, HostState>): HostState | undefined {
  return machine.host === undefined ? undefined : hosts.get(machine.host);
}

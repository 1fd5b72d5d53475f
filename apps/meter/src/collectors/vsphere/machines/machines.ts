/**
 * Machines through time, woven of two sources that know different things.
 *
 * **Properties** say how a machine is, surely, but not since when, and a machine that went on, off and on between two
 * answers shows nothing. **Events** say when, to the millisecond, and every step; but some things have none (a move to another
 * folder), and some do not say what became of it. So events make the steps and properties have the last word:
 *
 * - An event that says what changed makes that change at its time.
 * - A property that changed with no event to explain it makes the change at the time of the answer that told it.
 * - An event without a value (a move within one host) lends its time to the property's change.
 * - When events and properties end up saying different things, one of the two is simply earlier than the other: the
 *   property may have been read before the event, the update may still be on its way. The machine is then *awaited*. If they
 *   still disagree after AGREEMENT, the properties win, and the journal says that something was missed.
 *
 * Nothing is told before it has settled. `tell(seen)` tells what happened up to and including the second `seen`, and the
 * collector only ever asks for seconds that are over for SETTLING: by then the event of a change that we know is readable, and the
 * update of an event that we know has come. Both sources are kept until then, in `#events` and `#touched`.
 */
import type { Change, MachineState } from '../../../inventory/index.ts';
import { kept, type SharedTexts } from '../kept-text.ts';
import type { ObjectProperties } from '../soap/vim-session.ts';
import type { MachineEvent } from './events.ts';
import { Machine, sameConfig, samePlace, sameState, stateOf, TOUCHES } from './machine.ts';
import type { MachineUuids } from './machine-uuids.ts';

/** Milliseconds after which properties win over an event that they do not confirm. */
const AGREEMENT = 10_000;
/** An event is posted a little before or after the property changes. */
const NEIGHBOURS = 2000;
/** Marks of events older than this explain nothing any more. */
const MEMORY = 120_000;

/** When properties changed that are not told yet, milliseconds: after `from` and before `to`, which is open until the answer is over. */
interface Span {
  readonly from: number;
  to: number;
}

/** What of a machine changed and is not told yet. */
interface Touched {
  power?: Span | undefined;
  config?: Span | undefined;
  place?: Span | undefined;
  /** It came or went. */
  being?: Span | undefined;
  gone: boolean;
  /** Found by reading everything anew: an update should have told of it. */
  readonly swept: boolean;
}

type Group = 'power' | 'config' | 'place' | 'being';
const GROUPS: readonly Group[] = ['being', 'power', 'config', 'place'];

/** When the last event of a kind was, milliseconds; and whether it said what became of it. */
interface Marks {
  power?: number;
  config?: number;
  configTold?: boolean;
  place?: number;
  hostTold?: boolean;
  removed?: number;
}

export class Machines {
  readonly #machines = new Map<string, Machine>();
  readonly #uuids: MachineUuids;
  readonly #texts: SharedTexts;
  readonly #folders: ReadonlyMap<string, string | undefined>;
  readonly #onMissed: (what: string) => void;
  #events: MachineEvent[] = [];
  readonly #touched = new Map<string, Touched>();
  readonly #marks = new Map<string, Marks>();
  /** Events of machines that were not told yet, in their order, and when the last of them was read. */
  readonly #early = new Map<string, { readonly events: MachineEvent[]; read: number }>();
  readonly #awaited = new Map<string, number>();
  /** Spans whose end is not known yet. */
  #open: Span[] = [];
  #moment = 0;
  #changes: Change[] = [];
  /** Machines and kinds of events that have not settled yet: a property may show already what one of them will explain. */
  #coming: ReadonlySet<string> = new Set();
  /** The second of each machine's last change that is about to be told. */
  readonly #last = new Map<string, number>();
  #seen = 0;
  #sweep = 0;
  #sweeping = false;
  #begun = false;

  constructor(options: {
    readonly uuids: MachineUuids;
    readonly texts: SharedTexts;
    /** Folders of vApps. */
    readonly folders: ReadonlyMap<string, string | undefined>;
    readonly onMissed: (what: string) => void;
  }) {
    this.#uuids = options.uuids;
    this.#texts = options.texts;
    this.#folders = options.folders;
    this.#onMissed = options.onMissed;
  }

  get size(): number {
    return this.#machines.size;
  }

  /** Machines of which the vCenter does not say enough to count them. */
  *incomplete(): Generator<{ readonly id: string; readonly name: string }> {
    for (const machine of this.#machines.values()) if (!machine.complete && !machine.template) yield machine;
  }

  /** True while something is known that has not settled yet. */
  get pending(): boolean {
    return this.#events.length > 0 || this.#touched.size > 0;
  }

  /**
   * Takes an update of properties in; `looked` says later until when it can have been.
   * @returns true when the machine's configuration must be read again
   */
  update(object: ObjectProperties): boolean {
    let machine = this.#machines.get(object.id);
    if (object.kind === 'leave') {
      if (!this.#begun) this.#machines.delete(object.id);
      else if (machine !== undefined) this.#touch(object.id, 'being').gone = true;
      return false;
    }
    if (machine === undefined) {
      machine = new Machine(kept(object.id));
      this.#machines.set(machine.id, machine);
    }
    machine.sweep = this.#sweep;
    const touches = machine.take(object, this.#texts);
    // The first picture is told as a whole: fifty thousand machines need no times of their own for it.
    if (!this.#begun) return object.kind === 'modify' && (touches & TOUCHES.again) !== 0;
    if (machine.told === undefined) this.#touch(machine.id, 'being').gone = false;
    if ((touches & TOUCHES.power) !== 0) this.#touch(machine.id, 'power').gone = false;
    if ((touches & TOUCHES.config) !== 0) this.#touch(machine.id, 'config').gone = false;
    if ((touches & TOUCHES.place) !== 0) this.#touch(machine.id, 'place').gone = false;
    return object.kind === 'modify' && (touches & TOUCHES.again) !== 0;
  }

  /** Everything that was taken in since the last time was so before this moment, milliseconds by the vCenter's clock. */
  looked(moment: number): void {
    for (const span of this.#open) span.to = moment;
    this.#open = [];
    this.#moment = moment;
  }

  /** Storage as it is now; told with inventories only. */
  storage(object: ObjectProperties): void {
    const machine = this.#machines.get(object.id);
    if (machine === undefined) return;
    machine.take(object, this.#texts);
    if (machine.told !== undefined && machine.told.storageMib !== machine.storageMib)
      machine.told = { ...machine.told, storageMib: machine.storageMib };
  }

  /** Takes an event in; each once, in any order. */
  happened(event: MachineEvent): void {
    const last = this.#events.at(-1);
    this.#events.push(event);
    if (last !== undefined && before(event, last) < 0) this.#events.sort(before);
  }

  /** Everything is read anew from here on. */
  beginSweep(): void {
    this.#sweep += 1;
    this.#sweeping = true;
  }

  /** What the sweep did not see is gone. */
  endSweep(): void {
    for (const machine of this.#machines.values()) {
      if (machine.sweep === this.#sweep) continue;
      if (this.#begun) this.#touch(machine.id, 'being').gone = true;
      else this.#machines.delete(machine.id);
    }
    this.#sweeping = false;
  }

  /**
   * The first picture, at `seen`: the properties, brought up to date by the events since the sweep began.
   * @param began milliseconds: the properties were read after it
   */
  begin(seen: number, began: number): void {
    const bySize = (a: Machine, b: Machine) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
    for (const machine of [...this.#machines.values()].sort(bySize)) this.#rise(machine);
    this.#begun = true;
    this.#seen = seen;
    for (const event of this.#due(seen)) if (event.at >= began) this.#apply(event);
    this.#changes = [];
  }

  /** Every machine as it was told last. */
  *inventory(): Generator<MachineState> {
    for (const { told } of this.#machines.values()) if (told !== undefined) yield told;
  }

  /**
   * What happened up to the end of the second `seen`, ascending, one state for a machine and second.
   * @param now milliseconds by the vCenter's clock
   */
  tell(seen: number, now: number): readonly Change[] {
    const due = this.#due(seen);
    this.#coming = new Set(this.#events.map(({ machine, what }) => `${machine} ${what}`));
    const steps = [
      ...due.map((event) => ({ at: event.at, take: () => this.#apply(event) })),
      ...this.#settled(seen),
    ];
    for (const { take } of steps.sort((a, b) => a.at - b.at)) take();
    for (const [id, since] of this.#awaited) this.#agree(id, since, now);
    this.#seen = seen;
    this.#forget(now);
    const changes = this.#changes;
    this.#changes = [];
    this.#last.clear();
    return onePerSecond(changes);
  }

  #touch(id: string, group: Group): Touched {
    let touched = this.#touched.get(id);
    if (touched === undefined) {
      touched = { gone: false, swept: this.#sweeping };
      this.#touched.set(id, touched);
    }
    // What was touched before and has not settled keeps its time: a machine that changes all the time is told all the time.
    if (touched[group] === undefined) {
      const span = { from: this.#moment, to: Number.POSITIVE_INFINITY };
      touched[group] = span;
      this.#open.push(span);
    }
    return touched;
  }

  #due(seen: number): readonly MachineEvent[] {
    const end = this.#events.findIndex(({ at }) => Math.floor(at / 1000) > seen);
    return this.#events.splice(0, end === -1 ? this.#events.length : end);
  }

  /** One step that the history tells. */
  #apply(event: MachineEvent): void {
    this.#mark(event);
    const machine = this.#machines.get(event.machine);
    if (machine?.told === undefined) {
      if (machine?.template) return;
      const early = this.#early.get(event.machine) ?? { events: [], read: 0 };
      early.events.push(event);
      early.read = this.#moment;
      this.#early.set(event.machine, early);
      if (event.what === 'removed') this.#livedUnseen(event.machine);
      return;
    }
    this.#step(machine, machine.told, event);
    if (machine.told === undefined || !sameState(machine.told, stateOf(machine, this.#folders)))
      this.#await(machine.id);
  }

  #step(machine: Machine, told: MachineState, event: MachineEvent): void {
    if (event.what === 'removed') this.#fall(machine, event.at);
    else this.#become(machine, this.#after(machine, told, event), event.at);
  }

  /** The state that an event leads to. */
  #after(machine: Machine, told: MachineState, event: MachineEvent): MachineState {
    switch (event.what) {
      case 'power':
        return { ...told, power: event.power! };
      case 'moved':
        // Pool and folder follow with the host where they are known already; else when their update comes.
        if (event.host !== undefined && event.host !== machine.host) return { ...told, host: event.host };
        return { ...told, ...placeOf(stateOf(machine, this.#folders)) };
      case 'configured': {
        const {
          vcpus = told.vcpus,
          memoryMib = told.memoryMib,
          reservationMib = told.reservationMib,
        } = event;
        return { ...told, vcpus, memoryMib, reservationMib };
      }
      case 'renamed':
        return { ...told, name: event.name || told.name };
      default:
        return told;
    }
  }

  /** Machines of which something has settled, each with the time of the last of it. */
  #settled(seen: number): readonly { readonly at: number; take(): void }[] {
    const settled: { at: number; take(): void }[] = [];
    for (const [id, touched] of this.#touched) {
      const ends = GROUPS.flatMap((group) => touched[group]?.to ?? []).filter(
        (to) => Math.floor(to / 1000) <= seen,
      );
      if (ends.length > 0)
        settled.push({ at: Math.max(...ends), take: () => this.#settle(id, touched, seen) });
    }
    return settled;
  }

  /** Properties that changed, as far as they have settled: what the events did not explain. */
  #settle(id: string, touched: Touched, seen: number): void {
    const settled: Partial<Record<Group, Span>> = {};
    for (const group of GROUPS) {
      const span = touched[group];
      if (span === undefined || Math.floor(span.to / 1000) > seen) continue;
      settled[group] = span;
      touched[group] = undefined;
    }
    if (GROUPS.every((group) => touched[group] === undefined)) this.#touched.delete(id);
    const machine = this.#machines.get(id);
    if (machine === undefined) return;
    const before = this.#changes.length;
    if (settled.being !== undefined && touched.gone) this.#leave(machine, settled.being);
    else if (machine.told === undefined) this.#enter(machine, settled);
    else this.#differ(machine, machine.told, settled);
    if (touched.swept && this.#changes.length > before)
      this.#onMissed(
        `machine ${machine.name} (${id}) had changed, and neither an event nor an update said so`,
      );
  }

  #leave(machine: Machine, { to }: Span): void {
    this.#fall(machine, to);
    this.#machines.delete(machine.id);
    this.#uuids.free(machine);
    this.#early.delete(machine.id);
    this.#awaited.delete(machine.id);
  }

  #enter(machine: Machine, settled: Partial<Record<Group, Span>>): void {
    const span = settled.being ?? settled.config;
    if (span === undefined) return;
    const removed = later(this.#marks.get(machine.id)?.removed, span.from);
    if (removed === undefined) this.#born(machine, span.to);
    else this.#await(machine.id);
  }

  #differ(
    machine: Machine,
    told: MachineState,
    { power, config, place }: Partial<Record<Group, Span>>,
  ): void {
    const marks = this.#marks.get(machine.id) ?? {};
    // A template can never run; nothing but its mark says when it became one.
    if (machine.template) {
      if (config !== undefined) this.#fall(machine, config.to);
      return;
    }
    if (config !== undefined) this.#uuids.give(machine);
    const now = stateOf(machine, this.#folders);
    const steps: { readonly part: Partial<MachineState>; readonly at: number }[] = [];
    const become = (part: Partial<MachineState>, at: number) => steps.push({ part, at });
    const coming = (...whats: readonly MachineEvent['what'][]) =>
      whats.some((what) => this.#coming.has(`${machine.id} ${what}`));
    if (power !== undefined && told.power !== now.power && !coming('power'))
      if (later(marks.power, power.from) === undefined) become({ power: now.power }, power.to);
    if (config !== undefined && !sameConfig(told, now) && !coming('configured', 'renamed')) {
      const explained = later(marks.config, config.from);
      const { vcpus, memoryMib, reservationMib, name, uuid } = now;
      if (explained === undefined || marks.configTold !== true)
        become({ vcpus, memoryMib, reservationMib, name, uuid }, explained ?? config.to);
      else become({ name, uuid }, explained);
    }
    if (place !== undefined && !samePlace(told, now) && !coming('moved')) {
      const explained = later(marks.place, place.from);
      const { host, pool, folder } = now;
      // An event that said the host decides about the host; the rest is the property's alone.
      if (explained === undefined || marks.hostTold !== true)
        become({ host, pool, folder }, explained ?? place.to);
      else become({ pool, folder }, explained);
    }
    let state = told;
    for (const { part, at } of steps.sort((a, b) => a.at - b.at)) {
      state = { ...state, ...part };
      this.#become(machine, state, at);
    }
    if (!sameState(state, now)) this.#await(machine.id);
  }

  /** A machine that was not told yet; the events that waited for it say when it was made and what became of it since. */
  #born(machine: Machine, to: number): void {
    if (machine.template || !machine.complete) return;
    const early = this.#early.get(machine.id)?.events ?? [];
    this.#early.delete(machine.id);
    const made = early.findIndex(({ what }) => what === 'made');
    if (made === -1) {
      this.#rise(machine);
      if (machine.told !== undefined) this.#say(machine.id, machine.told, to);
      return;
    }
    this.#uuids.give(machine);
    const making = early.find(({ what }) => what === 'making') ?? {};
    const { vcpus = machine.vcpus, memoryMib = machine.memoryMib } = making as Partial<MachineEvent>;
    const now = stateOf(machine, this.#folders);
    // Nothing is made running: what runs was powered on since, by an event or by somebody whose event we do not see.
    const state: MachineState = { ...now, power: 'off', vcpus, memoryMib };
    machine.told = state;
    this.#say(machine.id, state, early[made]!.at);
    for (const event of early.slice(made + 1))
      if (machine.told !== undefined) this.#step(machine, machine.told, event);
    if (machine.told === undefined) return;
    const marks = this.#marks.get(machine.id) ?? {};
    const coming = (what: string) => this.#coming.has(`${machine.id} ${what}`);
    if (marks.power === undefined && machine.told.power !== now.power && !coming('power'))
      this.#become(machine, { ...machine.told, power: now.power }, to);
    if (marks.config === undefined && !sameConfig(machine.told, now) && !coming('configured'))
      this.#become(machine, { ...now, power: machine.told.power }, to);
    if (!sameState(machine.told, now)) this.#await(machine.id);
  }

  /** It came and went between two answers: the events alone know of it. */
  #livedUnseen(id: string): void {
    if (this.#machines.has(id)) return;
    const early = this.#early.get(id)!.events;
    this.#early.delete(id);
    const made = early.find(({ what }) => what === 'made');
    if (made === undefined) return;
    const making = early.find(({ what }) => what === 'making');
    const uuid = early.find(({ what }) => what === 'named')?.uuid;
    const { vcpus, memoryMib, reservationMib = 0, name } = { ...made, ...making };
    if (vcpus === undefined || memoryMib === undefined || uuid === undefined) {
      this.#onMissed(`machine ${name ?? id} was made and removed before it could be looked at`);
      return;
    }
    const machine = new Machine(id);
    Object.assign(machine, {
      vcpus,
      memoryMib,
      reservationMib,
      name: name ?? '',
      instanceUuid: uuid,
      host: made.host,
    });
    this.#uuids.give(machine);
    machine.told = stateOf(machine, this.#folders);
    this.#say(machine.id, machine.told, made.at);
    for (const event of early)
      if (event.at >= made.at && machine.told !== undefined) this.#step(machine, machine.told, event);
    this.#uuids.free(machine);
  }

  /** Events and properties had their time to agree. */
  #agree(id: string, since: number, now: number): void {
    const machine = this.#machines.get(id);
    if (machine === undefined) {
      this.#awaited.delete(id);
      return;
    }
    const state = machine.template || !machine.complete ? undefined : stateOf(machine, this.#folders);
    const { told } = machine;
    if (state === undefined ? told === undefined : told !== undefined && sameState(told, state)) {
      this.#awaited.delete(id);
      return;
    }
    if (now - since < AGREEMENT) return;
    this.#awaited.delete(id);
    this.#onMissed(
      `what the events say of machine ${machine.name} (${id}) is not what it is; it counts as it is now`,
    );
    if (state === undefined) this.#fall(machine, now);
    else this.#become(machine, { ...state }, now);
  }

  #rise(machine: Machine): void {
    if (machine.template || !machine.complete) return;
    this.#uuids.give(machine);
    machine.told = stateOf(machine, this.#folders);
  }

  #become(machine: Machine, state: MachineState, at: number): void {
    if (machine.told !== undefined && sameState(machine.told, state)) return;
    machine.told = state;
    this.#say(machine.id, state, at);
  }

  #fall(machine: Machine, at: number): void {
    if (machine.told === undefined) return;
    machine.told = undefined;
    this.#say(machine.id, undefined, at);
  }

  /** From when it is noticed: the event may be old by then, as after a pause of the machine that we run on. */
  #await(id: string): void {
    if (!this.#awaited.has(id)) this.#awaited.set(id, this.#moment);
  }

  #mark({ machine, what, at, told, host }: MachineEvent): void {
    let marks = this.#marks.get(machine);
    if (marks === undefined) {
      marks = {};
      this.#marks.set(machine, marks);
    }
    if (what === 'power') marks.power = at;
    else if (what === 'removed') marks.removed = at;
    else if (what === 'configured' || what === 'renamed') {
      marks.config = at;
      marks.configTold = told === true;
    } else if (what === 'moved') {
      marks.place = at;
      marks.hostTold = host !== undefined;
    }
  }

  #forget(now: number): void {
    for (const [id, marks] of this.#marks)
      if (Math.max(marks.power ?? 0, marks.config ?? 0, marks.place ?? 0, marks.removed ?? 0) < now - MEMORY)
        this.#marks.delete(id);
    for (const [id, { read }] of this.#early)
      if (read < now - MEMORY && !this.#touched.has(id)) this.#early.delete(id);
  }

  /** What was told up to a second is not changed any more, and a machine's steps stay in their order: a late one counts from there. */
  #say(id: string, state: MachineState | undefined, when: number): void {
    const at = Math.max(Math.floor(when / 1000), this.#seen, this.#last.get(id) ?? 0);
    this.#last.set(id, at);
    this.#changes.push(
      state === undefined ? { kind: 'gone', of: 'machine', at, id } : { kind: 'machine', at, state },
    );
  }
}

/** When the event was, if it can explain a change after `from`. */
function later(mark: number | undefined, from: number): number | undefined {
  return mark !== undefined && mark >= from - NEIGHBOURS ? mark : undefined;
}

function placeOf({ host, pool, folder }: MachineState): Pick<MachineState, 'host' | 'pool' | 'folder'> {
  return { host, pool, folder };
}

function before(a: MachineEvent, b: MachineEvent): number {
  return a.at - b.at || a.key - b.key;
}

/** Spans are whole seconds: of what happened to one machine within one, the last counts. */
function onePerSecond(changes: readonly Change[]): readonly Change[] {
  const sorted = [...changes].sort((a, b) => a.at - b.at);
  const last = new Map<string, number>();
  sorted.forEach((change, index) => {
    last.set(`${change.kind === 'gone' ? change.id : change.state.id} ${change.at}`, index);
  });
  return sorted.filter(
    (change, index) =>
      last.get(`${change.kind === 'gone' ? change.id : change.state.id} ${change.at}`) === index,
  );
}

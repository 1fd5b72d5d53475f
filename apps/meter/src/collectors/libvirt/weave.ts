/**
 * Weaves what a look saw and what events told since the look before into changes, each with its second.
 *
 * Events say when, a look says what. An event that was told while we looked may or may not be in what the look saw, so the
 * look's word on that domain is left for the next look, which such an event calls for at once. The same where a look is ahead of
 * the event: a power or a domain that differs without one is only suspected, and told if the next look, soon after, still has no
 * event of it. What never has events (processors, memory) counts from the look that found it: never earlier, nobody saw it.
 */
import type { PowerState } from '@meterhouse/contract';
import type { Change, MachineState } from '../../inventory/index.ts';
import type { Domain, Look } from './domains.ts';
import type { DomainEvent } from './event-line.ts';

export interface Woven {
  /** Ascending by `at`. */
  readonly changes: readonly Change[];
  /** Events that the next look is to be woven with. */
  readonly kept: readonly DomainEvent[];
  /** Names of domains that ran and went between two looks: what they had is not known. */
  readonly missed: readonly string[];
  /** How many domains came, went or changed their power without an event that told of it. */
  readonly untold: number;
  /** Domains that differ from what events told; to be given to the next weaving. */
  readonly suspected: ReadonlySet<string>;
}

export interface Threads {
  /** What has been told so far, by UUID. It is brought up to date. */
  readonly known: Map<string, MachineState>;
  readonly look: Look;
  /** When the look began, milliseconds since the epoch. */
  readonly lookedAt: number;
  /** In the order of arrival. */
  readonly events: readonly DomainEvent[];
  /** Up to when everything was told before, Unix seconds. */
  readonly seenBefore: number;
  readonly machineOf: (domain: Domain) => MachineState;
  /** What the weaving before suspected; undefined where there are no events to wait for. */
  readonly suspected: ReadonlySet<string> | undefined;
}

export function weave({ known, look, lookedAt, events, seenBefore, machineOf, suspected }: Threads): Woven {
  const seen = Math.floor(lookedAt / 1000);
  const kept = events.filter((event) => event.at > lookedAt);
  const before = events.filter((event) => event.at <= lookedAt);
  const names = namesOf(known, look);
  const told = attribute(before, names);
  const open = new Set(look.unsettled);
  for (const { name } of kept) {
    open.add(name);
    for (const uuid of [names.known.get(name), names.seen.get(name)]) if (uuid !== undefined) open.add(uuid);
  }
  const changes: Change[] = [];
  let untold = 0;
  const suspects = new Set<string>();
  const missed = told.nobody.filter((name) => !open.has(name));
  // Nobody knows yet what it has: its events wait for a look that does.
  const waiting = before.filter(
    (event) => open.has(event.name) && !names.known.has(event.name) && !names.seen.has(event.name),
  );

  for (const uuid of new Set([...look.domains.keys(), ...known.keys()])) {
    const thread = told.of.get(uuid) ?? [];
    const domain = look.domains.get(uuid);
    const machine = domain && machineOf(domain);
    const was = known.get(uuid);
    if (thread.length === 0 && machine !== undefined && was !== undefined && same(was, machine)) continue;
    const isOpen = open.has(uuid) || open.has(was?.name ?? '');
    const strand = follow({
      was,
      machine,
      thread,
      clamp: (at) => Math.min(Math.max(Math.floor(at / 1000), seenBefore), seen),
    });
    changes.push(...strand.changes);
    let now = strand.now;
    const differs = now?.power !== machine?.power && strand.lastOff === undefined;
    if (!isOpen && differs && suspected?.has(uuid) === false) suspects.add(uuid);
    else if (!isOpen) {
      // Found by the look before already, where that one only suspected it.
      const found = suspected?.has(uuid) && differs ? seenBefore : seen;
      if (differs) untold++;
      // A transient domain leaves no other trace than that it stopped.
      if (machine === undefined && now !== undefined)
        changes.push({ kind: 'gone', of: 'machine', at: strand.lastOff ?? found, id: uuid });
      else if (machine !== undefined && (now === undefined || !same(now, machine)))
        changes.push({ kind: 'machine', at: found, state: machine });
      now = machine;
    }
    if (now === undefined) known.delete(uuid);
    else known.set(uuid, now);
  }
  return {
    changes: changes.sort((one, other) => one.at - other.at),
    kept: [...waiting, ...kept],
    missed,
    untold,
    suspected: suspects,
  };
}

interface Strand {
  readonly was: MachineState | undefined;
  readonly machine: MachineState | undefined;
  readonly thread: readonly DomainEvent[];
  /** Event's time -> Unix seconds that a reading may hold. */
  readonly clamp: (at: number) => number;
}

/** Follows one domain through its events. */
function follow({ was, machine, thread, clamp }: Strand) {
  const changes: Change[] = [];
  let now = was;
  let lastOff: number | undefined;
  const become = (at: number, power: PowerState) => {
    // What was changed in a definition holds from the next start on.
    const base = now === undefined || now.power === 'off' ? (machine ?? now) : now;
    if (base === undefined || now?.power === power) return;
    now = { ...base, power };
    changes.push({ kind: 'machine', at, state: now });
  };
  for (const event of thread) {
    const at = clamp(event.at);
    if (event.what === 'power') {
      const power = event.power!;
      // The end of something that nobody knew of makes nothing.
      if (now !== undefined || power !== 'off') become(at, power);
      lastOff = power === 'off' ? at : undefined;
    } else if (event.what === 'defined' && now === undefined) become(at, 'off');
    else if (event.what === 'undefined' && now !== undefined) {
      // Undefined while it runs, it lives on until it stops.
      if (now.power !== 'off') continue;
      changes.push({ kind: 'gone', of: 'machine', at, id: now.id });
      now = undefined;
    }
  }
  return { changes, now, lastOff };
}

interface Names {
  readonly known: ReadonlyMap<string, string>;
  readonly seen: ReadonlyMap<string, string>;
}

function namesOf(known: ReadonlyMap<string, MachineState>, look: Look): Names {
  return {
    known: new Map([...known.values()].map(({ name, uuid }) => [name, uuid])),
    seen: new Map([...look.domains.values()].map(({ name, uuid }) => [name, uuid])),
  };
}

/** Whose events they are: UUID -> events; `nobody` are names that started and that nobody has a UUID of. */
function attribute(events: readonly DomainEvent[], names: Names) {
  const of = new Map<string, DomainEvent[]>();
  const nobody = new Set<string>();
  const byName = Map.groupBy(events, (event) => event.name);
  const passed = new Map<string, number>();
  for (const event of events) {
    const { name } = event;
    const index = passed.get(name) ?? 0;
    passed.set(name, index + 1);
    const old = names.known.get(name);
    const fresh = names.seen.get(name);
    const uuid =
      old !== undefined && fresh !== undefined && index < lifeBegins(byName.get(name)!)
        ? old
        : (fresh ?? old);
    if (uuid === undefined) {
      if (event.power === 'on') nobody.add(name);
      continue;
    }
    const thread = of.get(uuid);
    if (thread === undefined) of.set(uuid, [event]);
    else thread.push(event);
  }
  return { of, nobody: [...nobody] };
}

/**
 * Where the events of a name that went to another domain begin to be that one's: its definition, or else its start, which is an
 * `on` that does not follow another one: pauses and what ends them are `on` too.
 */
function lifeBegins(ofName: readonly DomainEvent[]): number {
  const defined = ofName.findLastIndex((event) => event.what === 'defined' || event.what === 'renamed');
  if (defined >= 0) return defined;
  return ofName.findLastIndex((event, at) => event.power === 'on' && ofName[at - 1]?.power !== 'on');
}

function same(one: MachineState, other: MachineState): boolean {
  return (
    one.power === other.power &&
    one.vcpus === other.vcpus &&
    one.memoryMib === other.memoryMib &&
    one.name === other.name
  );
}

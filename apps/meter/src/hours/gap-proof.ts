/**
 * Whether a product's own log proves what happened while nobody watched.
 *
 * Each machine is played from its state before the gap through what the log says of it. When it then is, in everything that
 * a record bills by, as the inventory after the gap says, the log is taken to be whole for it. When that holds for every
 * machine, host and cluster, the gap is proven and the moments of the log stand; if it fails for one, the whole gap stays
 * missing, since a log with one hole may have others. Nothing is guessed:
 *
 * - A log that does not reach back to the beginning proves nothing.
 * - Power that is told to become what it is already, a machine made that is there, one removed that is not: a hole.
 * - `moved` without a host is known only as a machine's last move: it is where the inventory finds it.
 * - `configured` without values explains what differs at the end when nothing else configured that machine in the gap.
 * - A machine made in the gap was before its first told value what the inventory says, if it was never told; if it was
 *   told later only, what it was before is not known. One that was removed again must be told whole: nobody ever saw it.
 * - No log tells of hosts, clusters and services: where they bill otherwise than before, when that began is not known.
 *
 * Names, storage, pools and folders may differ; they count from the inventory on.
 */
import type { Happening, HostState, Inventory, MachineState, ProductLog } from '../inventory/index.ts';
import { clusterBillsSame, hostBillsSame, sameTexts } from './same-states.ts';

export interface GapQuestion {
  /** The product as known at `since`. */
  readonly before: {
    readonly machine: ReadonlyMap<string, MachineState>;
    readonly host: ReadonlyMap<string, HostState>;
    readonly cluster: ReadonlyMap<string, Inventory['clusters'][number]>;
  };
  readonly since: number;
  readonly log: ProductLog;
  readonly after: Inventory;
  readonly seen: number;
}

/** A machine's state from `at` on, undefined when it is gone; ascending by `at`. */
export interface ProvenChange {
  readonly at: number;
  readonly id: string;
  readonly state: MachineState | undefined;
}

export type GapAnswer =
  | { readonly proven: true; readonly changes: readonly ProvenChange[] }
  | {
      readonly proven: false;
      readonly why: 'log-too-short' | 'machines' | 'hosts' | 'clusters';
      /** How many are not explained. */
      readonly unexplained: number;
      /** One of them, with the name it has or had. */
      readonly example?: { readonly id: string; readonly name: string };
    };

/** Longer ones are not asked for: no product keeps its log for longer, and the hours must not be kept open for ever. */
export const LONGEST_GAP = 40 * 86_400;

export function proveGap(question: GapQuestion): GapAnswer {
  const { before, since, log, after, seen } = question;
  if (log.from > since || seen - since > LONGEST_GAP)
    return { proven: false, why: 'log-too-short', unexplained: 0 };
  const hosts = unexplainedIn(before.host, after.hosts, hostBillsSame, () => true);
  if (hosts.length > 0) return refusal('hosts', hosts);
  const clusters = unexplainedIn(before.cluster, after.clusters, clusterBillsSame, hasSharedStorage);
  if (clusters.length > 0) return refusal('clusters', clusters);

  const told = Map.groupBy(
    log.happenings.filter(({ at }) => at >= since && at <= seen),
    ({ machine }) => machine,
  );
  const found = new Map(after.machines.map((machine) => [machine.id, machine]));
  const changes: ProvenChange[] = [];
  const unexplained: { id: string; name: string }[] = [];
  for (const id of new Set([...before.machine.keys(), ...found.keys(), ...told.keys()])) {
    const known = before.machine.get(id);
    const end = found.get(id);
    const all = told.get(id) ?? [];
    // The inventory was read during its second: what happened in that very second it may show or not.
    const own =
      playMachine(known, all, end, since) ??
      playMachine(
        known,
        all.filter(({ at }) => at < seen),
        end,
        since,
      );
    if (own === undefined) unexplained.push({ id, name: (end ?? known)?.name ?? '' });
    else for (const { at, state } of own) changes.push({ at, id, state });
  }
  if (unexplained.length > 0) return refusal('machines', unexplained);
  return { proven: true, changes: changes.sort((a, b) => a.at - b.at) };
}

function refusal(
  why: 'machines' | 'hosts' | 'clusters',
  things: readonly { readonly id: string; readonly name: string }[],
): GapAnswer {
  const [{ id, name }] = things as [{ id: string; name: string }];
  return { proven: false, why, unexplained: things.length, example: { id, name } };
}

/** Things that came, went or bill otherwise, of those that bill at all. */
function unexplainedIn<T extends { readonly id: string; readonly name: string }>(
  before: ReadonlyMap<string, T>,
  after: readonly T[],
  same: (a: T, b: T) => boolean,
  bills: (thing: T) => boolean,
): T[] {
  const found = new Set(after.map(({ id }) => id));
  const gone = [...before.values()].filter((thing) => !found.has(thing.id) && bills(thing));
  const others = after.filter((thing) => {
    const known = before.get(thing.id);
    return known === undefined ? bills(thing) : !same(known, thing);
  });
  return [...gone, ...others];
}

function hasSharedStorage(cluster: Inventory['clusters'][number]): boolean {
  return cluster.vsanUsedMib > 0 || cluster.vsanRawMib > 0;
}

interface Moment {
  readonly at: number;
  readonly state: MachineState | undefined;
}

/** The moments of one machine, or undefined when the log does not explain how it came to its end. */
function playMachine(
  known: MachineState | undefined,
  happenings: readonly Happening[],
  end: MachineState | undefined,
  since: number,
): Moment[] | undefined {
  const moments: Moment[] = [];
  let state = known;
  for (const [index, happening] of happenings.entries()) {
    if (index > 0 && toldTwice(happenings[index - 1]!, happening)) continue;
    const rest = happenings.slice(index);
    const next = play(state, happening, rest, end, { since, alone: configuredOnce(happenings) });
    if (next === 'hole') return undefined;
    if (next === state) continue;
    state = next;
    moments.push({ at: happening.at, state });
  }
  return endsAs(state, end) ? moments : undefined;
}

/** Some logs have two entries for one thing that happened. */
function toldTwice(a: Happening, b: Happening): boolean {
  return (
    a.at === b.at &&
    a.what === b.what &&
    a.power === b.power &&
    a.host === b.host &&
    a.vcpus === b.vcpus &&
    a.memoryMib === b.memoryMib &&
    a.reservationMib === b.reservationMib
  );
}

interface Circumstances {
  readonly since: number;
  /** Nothing but one happening configured the machine. */
  readonly alone: boolean;
}

/** The state after a happening; `hole` when something before it, or what it means, was not told. */
function play(
  state: MachineState | undefined,
  happening: Happening,
  rest: readonly Happening[],
  end: MachineState | undefined,
  { since, alone }: Circumstances,
): MachineState | undefined | 'hole' {
  // At `since` itself the change may have been told before the watch ended, and stand in the state already.
  const maybeKnown = happening.at === since;
  if (happening.what === 'made') {
    if (state !== undefined) return maybeKnown ? state : 'hole';
    return bornAs(rest, end) ?? 'hole';
  }
  if (state === undefined) return maybeKnown ? state : 'hole';
  switch (happening.what) {
    case 'removed':
      return undefined;
    case 'power':
      if (happening.power === undefined) return 'hole';
      if (happening.power === state.power) return maybeKnown ? state : 'hole';
      return { ...state, power: happening.power };
    case 'moved':
      return moved(state, happening, rest, end);
    case 'configured':
      return configured(state, happening, end, alone);
  }
}

function moved(
  state: MachineState,
  { host }: Happening,
  rest: readonly Happening[],
  end: MachineState | undefined,
): MachineState | 'hole' {
  if (host !== undefined) return host === state.host ? state : { ...state, host };
  const last = !rest.slice(1).some(({ what }) => what === 'moved' || what === 'removed' || what === 'made');
  return last && end !== undefined ? { ...state, host: end.host } : 'hole';
}

function configured(
  state: MachineState,
  { vcpus, memoryMib, reservationMib }: Happening,
  end: MachineState | undefined,
  alone: boolean,
): MachineState {
  if (vcpus !== undefined || memoryMib !== undefined || reservationMib !== undefined)
    return {
      ...state,
      vcpus: vcpus ?? state.vcpus,
      memoryMib: memoryMib ?? state.memoryMib,
      reservationMib: reservationMib ?? state.reservationMib,
    };
  if (!alone || end === undefined || sameSize(state, end)) return state;
  return { ...state, vcpus: end.vcpus, memoryMib: end.memoryMib, reservationMib: end.reservationMib };
}

function configuredOnce(happenings: readonly Happening[]): boolean {
  return happenings.filter(({ what }) => what === 'configured').length === 1;
}

/** What a machine was when it was made; undefined where that is not known. @param rest begins with its making */
function bornAs(rest: readonly Happening[], end: MachineState | undefined): MachineState | undefined {
  const [made, ...later] = rest as [Happening, ...Happening[]];
  if (end === undefined || later.some(({ what }) => what === 'removed')) return bornUnseen(made);
  const power = powerAtBirth(made, later, end);
  const host = atBirth(made, later, 'moved', 'host', end);
  const vcpus = atBirth(made, later, 'configured', 'vcpus', end);
  const memoryMib = atBirth(made, later, 'configured', 'memoryMib', end);
  const reservationMib = atBirth(made, later, 'configured', 'reservationMib', end);
  if (power === UNKNOWN || host === UNKNOWN || vcpus === UNKNOWN) return undefined;
  if (memoryMib === UNKNOWN || reservationMib === UNKNOWN) return undefined;
  if (later.some((one) => one.at > made.at && isConfiguredWithoutValues(one))) return undefined;
  return { ...end, power, host, vcpus, memoryMib, reservationMib };
}

/** A machine that no inventory ever showed: what it was is what its making says, if that says all. */
function bornUnseen(made: Happening): MachineState | undefined {
  const { machine, uuid, name, host, vcpus, memoryMib, reservationMib = 0 } = made;
  if (uuid === undefined || name === undefined || host === undefined) return undefined;
  if (vcpus === undefined || memoryMib === undefined) return undefined;
  const size = { vcpus, memoryMib, reservationMib, storageMib: 0 };
  // Nothing is made running.
  const { power = 'off' } = made;
  return { id: machine, uuid, name, host, power, ...size, services: [], pool: undefined, folder: undefined };
}

const UNKNOWN = Symbol('unknown');

function powerAtBirth(
  made: Happening,
  later: readonly Happening[],
  end: MachineState,
): MachineState['power'] | typeof UNKNOWN {
  if (made.power !== undefined) return made.power;
  const first = later.find(({ what }) => what === 'power');
  if (first === undefined) return end.power;
  // Switched on first, so it was off: a machine is not made suspended. Switched off first: since when it was on is not told.
  if (first.power === 'on') return 'off';
  return first.at === made.at ? 'on' : UNKNOWN;
}

/** A value that is told by `what` only. One that was told in the second of the making was never another for a second. */
function atBirth<Field extends 'host' | 'vcpus' | 'memoryMib' | 'reservationMib'>(
  made: Happening,
  later: readonly Happening[],
  what: Happening['what'],
  field: Field,
  end: MachineState,
): MachineState[Field] | typeof UNKNOWN {
  const told: Happening[Field] = made[field];
  if (told !== undefined) return told as unknown as MachineState[Field];
  const first = later.find((one) => one.what === what && (what === 'moved' || one[field] !== undefined));
  return first === undefined || first.at === made.at ? end[field] : UNKNOWN;
}

function isConfiguredWithoutValues({ what, vcpus, memoryMib, reservationMib }: Happening): boolean {
  return (
    what === 'configured' && vcpus === undefined && memoryMib === undefined && reservationMib === undefined
  );
}

function endsAs(state: MachineState | undefined, end: MachineState | undefined): boolean {
  if (state === undefined || end === undefined) return state === end;
  return (
    state.uuid === end.uuid &&
    state.power === end.power &&
    state.host === end.host &&
    sameSize(state, end) &&
    sameTexts(state.services, end.services)
  );
}

function sameSize(a: MachineState, b: MachineState): boolean {
  return a.vcpus === b.vcpus && a.memoryMib === b.memoryMib && a.reservationMib === b.reservationMib;
}

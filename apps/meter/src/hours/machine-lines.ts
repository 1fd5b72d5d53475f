import type { Histories } from './histories.ts';
import { type HostViews, UNKNOWN_HOST } from './host-views.ts';
import type { HourScope } from './hour-lines.ts';
import { cutSpans, type Span } from './spans.ts';
import type { MeteredMachine } from './tree.ts';

/** A machine while its record says the same. */
interface Piece extends Span {
  readonly uuid: string;
  /** What stands before and after the times. */
  readonly before: string;
  readonly after: string;
  /** The host it was on on; undefined while it was not on. */
  readonly ranOn: string | undefined;
}

interface NumberedPiece extends Piece {
  readonly number: number;
}

/**
 * The `vm` records of an hour, machine by machine and in each by time, so that neighbours differ in their times only and
 * compress well.
 * @param twins takes the UUIDs that two machines had at the same time
 */
export function* machineLines(
  machines: Histories<'machine'>,
  hosts: HostViews,
  scope: HourScope,
  twins: string[],
): Generator<string, void, undefined> {
  const shared = sharedUuids(machines);
  const held: NumberedPiece[] = [];
  let number = 0;
  for (const id of machines.ids()) {
    number += 1;
    let last: Piece | undefined;
    for (const piece of piecesOf(id, machines, hosts, scope)) {
      if (shared.has(piece.uuid)) {
        held.push({ ...piece, number });
        continue;
      }
      if (piece.ranOn !== undefined) hosts.ran(piece.ranOn, piece.from, piece.to, number);
      if (last !== undefined && continues(last, piece)) {
        last = { ...last, to: piece.to };
        continue;
      }
      if (last !== undefined) yield line(last, scope);
      last = piece;
    }
    if (last !== undefined) yield line(last, scope);
  }
  for (const { number: machine, ...piece } of apart(held, twins)) {
    if (piece.ranOn !== undefined) hosts.ran(piece.ranOn, piece.from, piece.to, machine);
    yield line(piece, scope);
  }
}

function* piecesOf(
  id: string,
  machines: Histories<'machine'>,
  hosts: HostViews,
  { covered, head, names }: HourScope,
): Generator<Piece, void, undefined> {
  for (const { from, to, state } of machines.of(id)) {
    const seen = cutSpans(covered, from, to);
    if (seen.length === 0) continue;
    const name = JSON.stringify(names.name('vm', state.name));
    const customer = JSON.stringify(names.shared('customer', state.customer));
    for (const { from: start, to: end, item: host } of hosts.of(state.host, from, to)) {
      const place = host?.place ?? unknownPlace(state);
      const license = host?.license ?? '"license":"","licenseCategory":"unknown","edition":""';
      const { power, vcpus, memoryMib, reservationMib, storageMib } = state;
      const before = `${head},"vm":"${state.uuid}","name":${name}${place},"started":"`;
      const after = `","power":"${power}","vcpus":${vcpus},"memoryMib":${memoryMib},"reservationMib":${reservationMib},"storageMib":${storageMib},${license},"customer":${customer},"services":${JSON.stringify(state.services)}}\n`;
      const ranOn = power === 'on' ? state.host : undefined;
      for (const span of cutSpans(seen, start, end))
        yield { ...span, uuid: state.uuid, before, after, ranOn };
    }
  }
}

function unknownPlace({ power }: MeteredMachine): string {
  return `,"host":"${power === 'on' ? UNKNOWN_HOST : ''}","cluster":""`;
}

function continues(last: Piece, next: Piece): boolean {
  return last.to === next.from && last.before === next.before && last.after === next.after;
}

function line({ from, to, before, after }: Piece, { clock }: HourScope): string {
  return `${before}${clock(from)}","ended":"${clock(to)}${after}`;
}

/** UUIDs that more than one machine had in this hour, at whatever time. */
function sharedUuids(machines: Histories<'machine'>): ReadonlySet<string> {
  const known = new Set<string>();
  const shared = new Set<string>();
  for (const id of machines.ids()) {
    const own = new Set(machines.of(id).map(({ state }) => state.uuid));
    for (const uuid of own)
      if (known.has(uuid)) shared.add(uuid);
      else known.add(uuid);
  }
  return shared;
}

/**
 * One after the other what several machines of one UUID did: a machine that was registered anew goes on as the same. Where
 * two were there at once, the one that was there first is told, since a second of a UUID counts once.
 */
function apart(pieces: readonly NumberedPiece[], twins: string[]): NumberedPiece[] {
  const told: NumberedPiece[] = [];
  for (const [uuid, own] of Map.groupBy(pieces, (piece) => piece.uuid)) {
    let end = 0;
    let twin = false;
    for (const piece of own.toSorted((a, b) => a.from - b.from)) {
      if (piece.from < end) twin = true;
      const from = Math.max(piece.from, end);
      if (from >= piece.to) continue;
      end = piece.to;
      const last = told.at(-1);
      if (last !== undefined && continues(last, { ...piece, from }))
        told[told.length - 1] = { ...last, to: piece.to };
      else told.push({ ...piece, from, number: own[0]!.number });
    }
    if (twin) twins.push(uuid);
  }
  return told;
}

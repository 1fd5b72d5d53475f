/**
 * What the spool may take of the disk, and what goes when it takes more:
 *
 *   1. packages that the service took are removed once they are older than `keepDays`
 *   2. beyond the limit, packages that the service took are removed at once, the oldest first
 *   3. nothing else is: hours that wait, packages that were not taken, and refused ones stay, whatever the limit says.
 *      Metering goes on until the disk itself is full; then the hour that runs is what is lost, not what is there
 */
import { rm } from 'node:fs/promises';
import type { ClosedHours } from '../hours/index.ts';
import type { SpoolSettings } from '../settings/index.ts';
import { bytesOfHour } from './bytes-of-hour.ts';
import type { SpoolPlaces } from './places.ts';
import { type StoredPackage, storedPackages } from './stored-packages.ts';

export interface SpoolState {
  /** Of hours that wait and packages of all places. */
  readonly bytes: number;
  /** Packages that wait to be sent or carried. */
  readonly unsent: number;
  /** When the oldest of those was made, milliseconds since the epoch. */
  readonly oldestUnsentAt: number | undefined;
  readonly sent: number;
  readonly refused: number;
  /** Hours that wait for a package. */
  readonly waitingHours: number;
  /** `filling` from `warnAt` on; `full` when nothing may be removed any more. */
  readonly room: 'enough' | 'filling' | 'full';
}

export interface Tended extends SpoolState {
  /** Packages that the service had taken and that were removed before their days were over, since there was no room. */
  readonly removedEarly: readonly string[];
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since the epoch */
export async function tendSpool(
  places: SpoolPlaces,
  hours: ClosedHours,
  settings: SpoolSettings,
  now: number,
): Promise<Tended> {
  const { unsent, sent, refused, waiting } = await look(places, hours);
  const [old, kept] = partition(sent, ({ changed }) => changed < now - settings.keepDays * DAY_MS);
  for (const { path } of old) await rm(path, { force: true });

  const removedEarly: string[] = [];
  let bytes = sum(unsent) + sum(kept) + sum(refused) + waiting.bytes;
  for (const one of kept) {
    if (bytes <= settings.limitBytes) break;
    await rm(one.path, { force: true });
    bytes -= one.bytes;
    removedEarly.push(one.name);
  }
  return {
    bytes,
    unsent: unsent.length,
    oldestUnsentAt: unsent[0]?.changed,
    sent: kept.length - removedEarly.length,
    refused: refused.length,
    waitingHours: waiting.count,
    room: roomOf(bytes, settings),
    removedEarly,
  };
}

/** The same without removing anything. */
export async function lookAtSpool(
  places: SpoolPlaces,
  hours: ClosedHours,
  settings: SpoolSettings,
): Promise<SpoolState> {
  const { unsent, sent, refused, waiting } = await look(places, hours);
  const bytes = sum(unsent) + sum(sent) + sum(refused) + waiting.bytes;
  return {
    bytes,
    unsent: unsent.length,
    oldestUnsentAt: unsent[0]?.changed,
    sent: sent.length,
    refused: refused.length,
    waitingHours: waiting.count,
    room: roomOf(bytes, settings),
  };
}

async function look(places: SpoolPlaces, hours: ClosedHours) {
  const [unsent, sent, refused, closed] = await Promise.all([
    storedPackages(places.packages),
    storedPackages(places.sent),
    storedPackages(places.refused),
    hours.waiting(),
  ]);
  let bytes = 0;
  for (const hour of closed) bytes += await bytesOfHour(hour);
  return { unsent, sent, refused, waiting: { count: closed.length, bytes } };
}

function roomOf(bytes: number, { limitBytes, warnAt }: SpoolSettings): SpoolState['room'] {
  if (bytes > limitBytes) return 'full';
  return bytes >= limitBytes * warnAt ? 'filling' : 'enough';
}

const sum = (packages: readonly StoredPackage[]) => packages.reduce((all, { bytes }) => all + bytes, 0);

function partition<T>(list: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [list.filter(test), list.filter((one) => !test(one))];
}

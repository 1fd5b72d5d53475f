/**
 * Marking what a person carried. A meter without a network cannot know what the service has; whoever saw its answer says so,
 * and the packages are then kept and removed like those that the meter sent itself.
 */
import { basename } from 'node:path';
import { MeterError } from '../identity/index.ts';
import { exists } from './chain.ts';
import { sha256Of } from './export-month.ts';
import { readPackageName } from './package-name.ts';
import { type SpoolPlaces, spoolPlaces } from './places.ts';
import { markSent, type StoredPackage, storedPackage } from './stored-packages.ts';

export interface CarriedPackage {
  readonly name: string;
  readonly bytes: number;
  /** False when it was marked before. */
  readonly marked: boolean;
}

/**
 * Marks packages as taken by the service, all or none. A package is named by a copy of it, which must have the bytes of the
 * stored one: what another meter made, or was changed on the way, is not what the service took from this one.
 * @param dir the meter's directory
 * @param files paths of copies
 * @param now milliseconds since the epoch
 * @throws MeterError `export-differs` naming each file that is no package of this meter; nothing is marked then
 */
export async function markCarried(
  dir: string,
  files: readonly string[],
  now: number,
): Promise<readonly CarriedPackage[]> {
  const places = spoolPlaces(dir);
  const found: { readonly stored: StoredPackage; readonly sent: boolean }[] = [];
  const faults: string[] = [];
  for (const file of files) {
    const one = await findStored(places, basename(file));
    if (typeof one === 'string') faults.push(`${file} ${one}`);
    else if (!(await exists(file))) faults.push(`${file} is not there`);
    else if ((await sha256Of(file)) !== (await sha256Of(one.stored.path)))
      faults.push(`${file} has other bytes than the package of that name here`);
    else found.push(one);
  }
  if (faults.length > 0)
    throw new MeterError(
      'export-differs',
      'Nothing was marked: not each file is a package of this meter.',
      faults,
    );
  const once = new Map(found.map((one) => [one.stored.name, one]));
  for (const { stored, sent } of once.values()) if (!sent) await markSent(places, stored, now);
  return [...once.values()].map(({ stored: { name, bytes }, sent }) => ({ name, bytes, marked: !sent }));
}

/** The package of this name, or why there is none. */
async function findStored(
  places: SpoolPlaces,
  name: string,
): Promise<{ readonly stored: StoredPackage; readonly sent: boolean } | string> {
  if (readPackageName(name) === undefined) return 'has no name of a package';
  const unsent = await storedPackage(places.packages, name);
  if (unsent !== undefined) return { stored: unsent, sent: false };
  const sent = await storedPackage(places.sent, name);
  if (sent !== undefined) return { stored: sent, sent: true };
  if ((await storedPackage(places.refused, name)) !== undefined)
    return 'was put aside as refused: what the service said stands beside it in spool/refused';
  return 'is no package that this meter has';
}

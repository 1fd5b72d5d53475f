/** The packages in a folder, and their way from one folder to the next. */
import { readdir, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { renameDurably, writeDurably } from '../identity/durable-file.ts';
import { byPlace, type PackageName, packageName, readPackageName } from './package-name.ts';
import type { SpoolPlaces } from './places.ts';

export interface StoredPackage extends PackageName {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since the epoch: in `sent`, when the service took it. */
  readonly changed: number;
}

/** The packages in a folder in the order of their chain; none when the folder is not there. */
export async function storedPackages(folder: string): Promise<readonly StoredPackage[]> {
  const found = await Promise.all((await packageNames(folder)).map((name) => storedPackage(folder, name)));
  return found.filter((one) => one !== undefined);
}

/** Their names alone, in the order of their chain. */
export async function packageNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => readPackageName(name) ?? [])
    .sort(byPlace)
    .map(packageName);
}

/** Undefined for what is no package, and for one that has just been moved on. */
export async function storedPackage(folder: string, name: string): Promise<StoredPackage | undefined> {
  const read = readPackageName(name);
  if (read === undefined) return undefined;
  const path = join(folder, name);
  try {
    const { size, mtimeMs } = await stat(path);
    return { ...read, name, path, bytes: size, changed: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Marks a package as taken by the service: the rename is the mark. A crash before it leaves a package that is sent again and
 * answered as known.
 * @param now milliseconds since the epoch
 */
export async function markSent(places: SpoolPlaces, one: StoredPackage, now: number): Promise<void> {
  await makeFolder(places.sent, 0o700);
  await utimes(one.path, now / 1000, now / 1000);
  await renameDurably(one.path, join(places.sent, one.name));
}

/** Puts a package aside with what was said of it, which is on the disk first. */
export async function markRefused(places: SpoolPlaces, one: StoredPackage, refusal: object): Promise<void> {
  await makeFolder(places.refused, 0o700);
  await writeDurably(
    join(places.refused, `${one.name}.refusal.json`),
    `${JSON.stringify(refusal, null, 2)}\n`,
  );
  await renameDurably(one.path, join(places.refused, one.name));
}

/** Gives a package that was put aside its place again, for a person who has removed the cause. */
export async function sendAgain(places: SpoolPlaces, one: StoredPackage): Promise<void> {
  await rename(one.path, join(places.packages, one.name));
}

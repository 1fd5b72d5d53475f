/**
 * Closed hours that wait for a package: `<product's folder>/waiting/<hour>_<version>/`, a folder for each. It appears by one
 * rename when all its files are synced, and goes by one, so that a crash leaves whole hours only.
 */
import type { Dirent } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PackageHour, PartKind } from '@meterhouse/contract';
import type { ProductIdentity } from '../inventory/index.ts';
import type { ClosedHour, ClosedHours } from './closed-hour.ts';
import { syncFolder } from './durable-folder.ts';

export const WAITING = 'waiting';
export const REMOVING = 'removing';
const HOUR_FILE = 'hour.json';

/** What `hour.json` says. */
export interface HourFile {
  readonly product: ProductIdentity;
  readonly listed: PackageHour;
  readonly version: number;
  /** A kind without records is not named and has no file. */
  readonly records: { readonly [Kind in PartKind]?: number };
}

/** Every product's waiting hours. @param root the folder that holds a folder for each product */
export function closedHours(root: string): ClosedHours {
  return {
    async waiting() {
      const hours: ClosedHour[] = [];
      for (const product of await foldersIn(root)) hours.push(...(await waitingIn(join(root, product))));
      return hours.sort(byHourProductVersion);
    },
    async unreadable() {
      const folders: string[] = [];
      for (const product of await foldersIn(root)) {
        const waiting = join(root, product, WAITING);
        for (const name of await foldersIn(waiting))
          if ((await hourIn(join(waiting, name))) === 'unreadable') folders.push(join(waiting, name));
      }
      return folders;
    },
    async remove(hours) {
      const places = new Set<string>();
      for (const { folder } of hours) {
        const product = join(folder, '..', '..');
        const removing = join(product, REMOVING);
        await mkdir(removing, { recursive: true, mode: 0o700 });
        await rename(folder, join(removing, basename(folder))).catch(ignoreMissing);
        places.add(product);
      }
      // Only when the renames are kept may the files go: a power loss must not bring back an hour without its records.
      for (const product of places) {
        await syncFolder(join(product, WAITING));
        await rm(join(product, REMOVING), { recursive: true, force: true });
      }
    },
  };
}

export function hourFileText(hour: HourFile): string {
  return `${JSON.stringify(hour)}\n`;
}

async function waitingIn(product: string): Promise<ClosedHour[]> {
  const waiting = join(product, WAITING);
  const hours: ClosedHour[] = [];
  for (const name of await foldersIn(waiting)) {
    const folder = join(waiting, name);
    const read = await hourIn(folder);
    if (read === undefined || read === 'unreadable') continue;
    const { records, ...hour } = read;
    const files = Object.fromEntries(
      Object.entries(records).map(([kind, count]) => [
        kind,
        { path: join(folder, `${kind}.ndjson.gz`), records: count },
      ]),
    );
    hours.push({ ...hour, folder, files });
  }
  return hours;
}

/** Undefined for an hour that was taken away by `remove` since its folder was listed. */
async function hourIn(folder: string): Promise<HourFile | 'unreadable' | undefined> {
  const text = await readFile(join(folder, HOUR_FILE), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    const { product, listed, version, records } = JSON.parse(text) as HourFile;
    const whole = typeof product.id === 'string' && typeof listed.hour === 'string' && version > 0 && records;
    return whole ? { product, listed, version, records } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function byHourProductVersion(a: ClosedHour, b: ClosedHour): number {
  if (a.listed.hour !== b.listed.hour) return a.listed.hour < b.listed.hour ? -1 : 1;
  if (a.product.id !== b.product.id) return a.product.id < b.product.id ? -1 : 1;
  return a.version - b.version;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries: Dirent[] = (await readdir(folder, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

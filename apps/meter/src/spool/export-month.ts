/**
 * The packages of a month, for a person to carry: copies of what is stored, byte for byte. They are never made again, since
 * each is one number of the chain.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PackageHeader } from '@meterhouse/contract';
import { instantOf, parseMonth } from '@meterhouse/metering';
import { makeFolder } from '@meterhouse/metering/make-folder';
import type { ClosedHours } from '../hours/index.ts';
import { renameDurably } from '../identity/durable-file.ts';
import { loadActivatedMeter, MeterError } from '../identity/index.ts';
import type { Time } from '../time/index.ts';
import { exists } from './chain.ts';
import { packHours } from './pack-hours.ts';
import { makePlaces, type SpoolPlaces, spoolPlaces } from './places.ts';
import { readStoredHeader } from './read-stored-header.ts';
import { type StoredPackage, storedPackages } from './stored-packages.ts';

export interface ExportOptions {
  /** The meter's directory. */
  readonly dir: string;
  /** `2023-01` */
  readonly month: string;
  /** The folder the copies go to, made when it is not there. */
  readonly out: string;
  /** Hours that wait are packed first. */
  readonly hours: ClosedHours;
  readonly time: Time;
}

export interface ExportedPackage {
  readonly name: string;
  /** Of the copy. */
  readonly path: string;
  readonly month: string;
  readonly bytes: number;
  /** Of the file, as `sha256sum` prints it. */
  readonly sha256: string;
  /** Hours that it lists, of all products. */
  readonly hours: number;
  /** The service has it already; it answers so when it is sent again. */
  readonly sent: boolean;
  /** False when the same bytes were there before. */
  readonly copied: boolean;
}

/** Seconds. What is metered around a month's ends may be closed late or belong to it by another clock. */
const MARGIN = 2 * 86_400;

/**
 * Copies the packages that hold hours of a month, or of the two days before and after it, in the order of their chain.
 * @throws MeterError `not-activated`, `spool-busy`; `export-differs` naming each file in `out` that has other bytes under the
 *   name of a package, before anything is copied; RangeError when the month is none
 */
export async function exportMonth(options: ExportOptions): Promise<readonly ExportedPackage[]> {
  const { dir, month, out, hours, time } = options;
  const bounds = parseMonth(month);
  const meter = await loadActivatedMeter(dir);
  const places = await makePlaces(dir);
  await packHours({ meter, hours, folder: places.packages, time });
  const wanted = await packagesAround(places, month, bounds.first - MARGIN, bounds.last + MARGIN);
  await makeFolder(out);
  const plans = [];
  const differing: string[] = [];
  for (const one of wanted) {
    const to = join(out, one.stored.name);
    const sha256 = await sha256Of(one.stored.path);
    const there = (await exists(to)) ? await sha256Of(to) : undefined;
    if (there !== undefined && there !== sha256) differing.push(to);
    plans.push({ ...one, to, sha256, there: there !== undefined });
  }
  if (differing.length > 0)
    throw new MeterError(
      'export-differs',
      `${out} holds files of the same name with other bytes. Choose an empty folder, or remove them.`,
      differing,
    );
  const exported: ExportedPackage[] = [];
  for (const { stored, header, sent, to, sha256, there } of plans) {
    if (!there) await copyDurably(stored.path, to, sha256);
    const { name, bytes } = stored;
    const listed = header.products.reduce((sum, product) => sum + product.hours.length, 0);
    exported.push({
      name,
      path: to,
      month: header.month,
      bytes,
      sha256,
      hours: listed,
      sent,
      copied: !there,
    });
  }
  return exported;
}

/**
 * The packages that an export of this month would copy, where they lie now; hours that wait are not packed for it.
 * @throws RangeError when the month is none
 */
export async function packagesOfMonth(dir: string, month: string): Promise<readonly StoredPackage[]> {
  const { first, last } = parseMonth(month);
  const wanted = await packagesAround(spoolPlaces(dir), month, first - MARGIN, last + MARGIN);
  return wanted.map(({ stored }) => stored);
}

interface Wanted {
  readonly stored: StoredPackage;
  readonly header: PackageHeader;
  readonly sent: boolean;
}

async function packagesAround(
  places: SpoolPlaces,
  month: string,
  from: number,
  to: number,
): Promise<Wanted[]> {
  // Unsent ones first: one that is sent meanwhile is then met twice, and not missed.
  const unsent = await storedPackages(places.packages);
  const sent = await storedPackages(places.sent);
  const names = new Set(sent.map(({ name }) => name));
  const all = [
    ...sent.map((stored) => ({ stored, sent: true })),
    ...unsent.filter(({ name }) => !names.has(name)).map((stored) => ({ stored, sent: false })),
  ].sort((one, other) => one.stored.epoch - other.stored.epoch || one.stored.number - other.stored.number);
  const wanted: Wanted[] = [];
  for (const one of all) {
    const { header } = await readStoredHeader(one.stored.path);
    const near = header.products.some(({ hours }) =>
      hours.some(({ hour }) => instantOf(hour) >= from && instantOf(hour) < to),
    );
    if (near || header.month === month) wanted.push({ ...one, header });
  }
  return wanted;
}

async function copyDurably(from: string, to: string, sha256: string): Promise<void> {
  const partial = `${to}.partial`;
  try {
    await copyFile(from, partial);
    const file = await open(partial, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await sha256Of(partial)) !== sha256) throw new Error(`${to}: what was written is not what was read`);
    await renameDurably(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Of a file, as `sha256sum` prints it. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Divides hours that wait into packages: each of one month, each small enough for a header and for one upload. */
import type { ClosedHour } from '../hours/index.ts';

export interface PackageLimits {
  /** Of the text that lists the hours, bytes. A header has 1 MiB for it and the rest. */
  readonly listBytes: number;
  /** In all kinds together. A million are 30 to 50 MB as sent, 400 MB unpacked. */
  readonly records: number;
}

export const PACKAGE_LIMITS: PackageLimits = Object.freeze({ listBytes: 720_000, records: 1_000_000 });

export interface PackagePlan {
  /** `2023-01` */
  readonly month: string;
  /** Ascending by hour, then product; the best reading of each. */
  readonly hours: readonly ClosedHour[];
  /** Those and the readings that they are better than: what is removed once the package is there. */
  readonly done: readonly ClosedHour[];
}

/** What a product takes in the list beside its hours: its id, type and version, at their longest. */
const PRODUCT_BYTES = 1024;

/** Plans ascending by hour. An hour that is beyond a limit by itself has a package of its own. */
export function planPackages(
  waiting: readonly ClosedHour[],
  limits: PackageLimits = PACKAGE_LIMITS,
): PackagePlan[] {
  const plans: PackagePlan[] = [];
  let hours: ClosedHour[] = [];
  let done: ClosedHour[] = [];
  let products = new Set<string>();
  let room = { ...limits };
  const finish = () => {
    if (hours.length > 0) plans.push({ month: monthOf(hours[0]!), hours, done });
    [hours, done, products, room] = [[], [], new Set(), { ...limits }];
  };
  for (const readings of slicesOf(waiting)) {
    const best = readings.at(-1)!;
    const records = recordsOf(best);
    const bytes =
      JSON.stringify(best.listed).length + 1 + (products.has(best.product.id) ? 0 : PRODUCT_BYTES);
    const fits = records <= room.records && bytes <= room.listBytes;
    if (hours.length > 0 && (!fits || monthOf(best) !== monthOf(hours[0]!))) finish();
    hours.push(best);
    done.push(...readings);
    products.add(best.product.id);
    room = { records: room.records - records, listBytes: room.listBytes - bytes };
  }
  finish();
  return plans;
}

/** As the chain keeps it, so that a crash between package and removal is understood. */
export function packedHour(hour: ClosedHour): string {
  return `${sliceOf(hour)} ${hour.version}`;
}

/** Of hours that wait, those that the package holds already, or that are no better than what it holds. */
export function heldBy(packed: readonly string[], waiting: readonly ClosedHour[]): ClosedHour[] {
  const held = new Map(
    packed.map((one) => {
      const [hour, product, version] = one.split(' ');
      return [`${hour} ${product}`, Number(version)];
    }),
  );
  return waiting.filter((hour) => hour.version <= (held.get(sliceOf(hour)) ?? 0));
}

/** The readings of each (hour, product), ascending by version; the slices ascending by hour, then product. */
function slicesOf(waiting: readonly ClosedHour[]): readonly (readonly ClosedHour[])[] {
  const slices = Map.groupBy(waiting, sliceOf);
  return [...slices.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, readings]) => readings.toSorted((one, other) => one.version - other.version));
}

/** Sorts by hour, then product. */
function sliceOf({ listed, product }: ClosedHour): string {
  return `${listed.hour} ${product.id}`;
}

export function recordsOf({ files }: ClosedHour): number {
  return Object.values(files).reduce((sum, file) => sum + file.records, 0);
}

function monthOf({ listed }: ClosedHour): string {
  return listed.hour.slice(0, '2023-01'.length);
}

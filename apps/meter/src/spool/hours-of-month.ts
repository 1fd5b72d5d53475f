import type { PackageHour } from '@meterhouse/contract';
import { parseMonth } from '@meterhouse/metering';
import type { ClosedHours } from '../hours/index.ts';
import { spoolPlaces } from './places.ts';
import { readStoredHeader } from './read-stored-header.ts';
import { storedPackages } from './stored-packages.ts';

/** How many hours of a product were closed in a month, by the best that is known of each. */
export interface HoursOfProduct {
  readonly product: string;
  readonly collected: number;
  readonly partial: number;
  readonly unreachable: number;
}

const RANK: Readonly<Record<PackageHour['status'], number>> = { unreachable: 1, partial: 2, collected: 3 };

/** Counts what lies on the disk: packages that are kept, and hours that wait for one. @param month `2023-01` */
export async function hoursOfMonth(
  dir: string,
  hours: ClosedHours,
  month: string,
): Promise<readonly HoursOfProduct[]> {
  parseMonth(month);
  const best = new Map<string, PackageHour['status']>();
  const note = (product: string, { hour, status }: PackageHour) => {
    if (!hour.startsWith(month)) return;
    const slice = `${product} ${hour}`;
    if (RANK[status] > RANK[best.get(slice) ?? 'unreachable'] || !best.has(slice)) best.set(slice, status);
  };
  const { packages, sent } = spoolPlaces(dir);
  // Unsent ones first: one that is sent meanwhile is met twice then, and not missed.
  for (const { path } of [...(await storedPackages(packages)), ...(await storedPackages(sent))]) {
    // Moved on meanwhile, or damaged: then it is not counted.
    const stored = await readStoredHeader(path).catch(() => undefined);
    if (stored?.header.month !== month) continue;
    for (const product of stored.header.products) for (const hour of product.hours) note(product.id, hour);
  }
  for (const { product, listed } of await hours.waiting()) note(product.id, listed);
  const counts = new Map<string, { collected: number; partial: number; unreachable: number }>();
  for (const [slice, status] of best) {
    const product = slice.slice(0, slice.indexOf(' '));
    const count = counts.get(product) ?? { collected: 0, partial: 0, unreachable: 0 };
    count[status] += 1;
    counts.set(product, count);
  }
  return [...counts].map(([product, count]) => ({ product, ...count }));
}

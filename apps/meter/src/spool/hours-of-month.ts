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

const RANK: Readonly<Record<string, number>> = { unreachable: 1, partial: 2, collected: 3 };

type Status = PackageHour['status'];

/** Counts what lies on the disk: packages that are kept, and hours that wait for one. @param month `2023-01` */
export async function hoursOfMonth(
  dir: string,
  hours: ClosedHours,
  month: string,
): Promise<readonly HoursOfProduct[]> {
  return [...(await statesOfMonth(dir, hours, month))].map(([product, states]) => {
    const count = { collected: 0, partial: 0, unreachable: 0 };
    for (const status of states.values()) count[status] += 1;
    return { product, ...count };
  });
}

/** The best that is known of each hour of the month, by product and then by hour, such as `2023-01-09T02:00:00Z`. */
export async function statesOfMonth(
  dir: string,
  hours: ClosedHours,
  month: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, Status>>> {
  parseMonth(month);
  const products = new Map<string, Map<string, Status>>();
  const note = (product: string, { hour, status }: PackageHour) => {
    if (!hour.startsWith(month)) return;
    const states = products.get(product) ?? new Map<string, Status>();
    products.set(product, states);
    if (RANK[status] > (RANK[states.get(hour)!] ?? 0)) states.set(hour, status);
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
  return products;
}

import type { PackageHour } from '@meterhouse/contract';
import { parseMonth } from '@meterhouse/metering';
import type { ClosedHours } from '../hours/index.ts';
import { spoolPlaces } from './places.ts';
import { readStoredHeader } from './read-stored-header.ts';
import { storedPackages } from './stored-packages.ts';

type Status = PackageHour['status'];

const RANK: Readonly<Record<Status, number>> = { unreachable: 1, partial: 2, collected: 3 };

/**
 * What became of the hours of a month, as far as this machine knows: of packages that are kept, and of hours that wait for one.
 * @param month `2023-01`
 * @returns by the product's id, and then by hour, such as `2023-01-09T02:00:00Z`, the best that is known of it
 */
export async function hoursOfMonth(
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
    const before = states.get(hour);
    if (before === undefined || RANK[status] > RANK[before]) states.set(hour, status);
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

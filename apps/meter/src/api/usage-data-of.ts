import { join } from 'node:path';
import { instantOf, parseMonth } from '@meterhouse/metering';
import { readStoredHeader, type SpoolPlaces, storedPackages } from '../spool/index.ts';
import type { UsageDataFile } from './control.ts';

/** Seconds. What is metered around a month's ends may be closed late or belong to it by another clock, as in an export. */
const MARGIN = 2 * 86_400;

/** The packages of a month and of the two days before and after it, in the order of their chain; nothing is packed or copied. */
export async function usageDataOf(places: SpoolPlaces, month: string): Promise<readonly UsageDataFile[]> {
  const { first, last } = parseMonth(month);
  // Unsent ones first: one that is sent meanwhile is then met twice, and not missed.
  const unsent = await storedPackages(places.packages);
  const all = new Map(
    [...unsent, ...(await storedPackages(places.sent))].map((stored) => [stored.name, stored]),
  );
  const inOrder = [...all.values()].sort(
    (one, other) => one.epoch - other.epoch || one.number - other.number,
  );
  const files: UsageDataFile[] = [];
  for (const { name } of inOrder) {
    const paths = [join(places.packages, name), join(places.sent, name)];
    const header = await headerAt(paths);
    const near = header?.products.some(({ hours }) =>
      hours.some(({ hour }) => instantOf(hour) >= first - MARGIN && instantOf(hour) < last + MARGIN),
    );
    if (near || header?.month === month) files.push({ name, paths });
  }
  return files;
}

/** Undefined for one that was removed meanwhile. */
async function headerAt(paths: readonly string[]) {
  for (const path of paths) {
    try {
      return (await readStoredHeader(path)).header;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

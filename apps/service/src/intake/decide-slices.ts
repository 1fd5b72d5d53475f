import { type Correction, type PackageHeader, Problem } from '@meterhouse/contract';
import { HOUR, instantOf } from '@meterhouse/metering';
import type { RecordCounts, SliceContent, SliceOutcome } from '../usage/index.ts';
import type { ClaimedSlice, HeldSlice } from './records/slices.ts';
import { outcomeOf } from './upload-states.ts';

/** One slice that a package offers, with what its records say. */
export interface OfferedSlice extends ClaimedSlice {
  readonly outcome: SliceOutcome['outcome'];
}

const EMPTY_DIGEST = '0'.repeat(32);
const NOTHING: RecordCounts = { vm: 0, host: 0, cluster: 0 };

/**
 * What becomes of each slice of a package, in the package's order, when `held` is held now.
 *
 * @throws problem `correction-conflict`, naming every slice whose content is not the one that the correction replaces
 */
export function decideSlices(
  header: PackageHeader,
  contents: readonly SliceContent[],
  held: ReadonlyMap<string, HeldSlice>,
  month: 'open' | 'late',
): readonly OfferedSlice[] {
  const staged = new Map(contents.map((content) => [`${content.product} ${content.hour}`, content]));
  const corrections = new Map(
    (header.corrects ?? []).map((one) => [`${one.product} ${instantOf(one.hour)}`, one]),
  );
  const conflicts: { pointer: string; message: string }[] = [];
  const slices = header.products.flatMap((product) =>
    product.hours.map((listed): OfferedSlice => {
      const hour = instantOf(listed.hour);
      const key = `${product.id} ${hour}`;
      const content = staged.get(key);
      const covered = listed.covered?.map(([from, to]) => [from, to] as const) ?? null;
      const slice = {
        product: product.id,
        hour: listed.hour,
        status: listed.status,
        covered,
        coveredSeconds: coveredSeconds(listed.status, covered),
        reason: listed.reason ?? null,
        digest: content?.digest ?? EMPTY_DIGEST,
        records: content?.records ?? NOTHING,
      };
      if (month === 'late') return { ...slice, outcome: 'late' };
      const current = held.get(key);
      const correction = corrections.get(key);
      if (!correction) return { ...slice, outcome: outcomeOf(current, slice) };
      const conflict = conflictOf(correction, current, header);
      if (conflict)
        conflicts.push({
          pointer: `/package/corrects/${header.corrects!.indexOf(correction)}`,
          message: conflict,
        });
      return { ...slice, outcome: 'corrected' };
    }),
  );
  if (conflicts.length > 0)
    throw new Problem('correction-conflict', {
      detail: 'Nothing was changed. Read what the slices hold now, and make the correction anew.',
      errors: conflicts,
    });
  return slices;
}

function conflictOf(
  correction: Correction,
  current: HeldSlice | undefined,
  header: PackageHeader,
): string | undefined {
  if (!current) return 'the slice is not held; there is nothing to correct';
  if (current.digest !== correction.digest) return `the slice has the digest ${current.digest} now`;
  const later =
    header.epoch > current.epoch || (header.epoch === current.epoch && header.number > current.number);
  return later
    ? undefined
    : `the slice comes from package ${current.number} of epoch ${current.epoch}, which is not before this one`;
}

function coveredSeconds(status: string, covered: readonly (readonly [string, string])[] | null): number {
  if (status === 'collected') return HOUR;
  return (covered ?? []).reduce((sum, [from, to]) => sum + instantOf(to) - instantOf(from), 0);
}

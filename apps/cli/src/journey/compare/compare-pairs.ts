import { type Comparison, compareTables, isEqual } from './compare-tables.ts';
import type { Pair } from './find-pairs.ts';

export interface ComparedReports {
  readonly equal: boolean;
  readonly reports: readonly (Comparison & { readonly name: string })[];
  /** On one side alone. */
  readonly only: { readonly from: readonly string[]; readonly to: readonly string[] };
}

/** Compares what is on both sides, one after the other, so that two histories at most are in memory. */
export async function comparePairs(pairs: readonly Pair[]): Promise<ComparedReports> {
  const reports: ComparedReports['reports'][number][] = [];
  const only = { from: [] as string[], to: [] as string[] };
  for (const { name, from, to } of pairs) {
    if (from !== undefined && to !== undefined) {
      reports.push({ name, ...compareTables(await from(), await to()) });
    } else only[from === undefined ? 'to' : 'from'].push(name);
  }
  return { equal: only.from.length + only.to.length === 0 && reports.every(isEqual), reports, only };
}

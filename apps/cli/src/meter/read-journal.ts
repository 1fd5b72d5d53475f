import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptEntry, Severity } from '@meterhouse/meter/journal';
import { print } from '../terminal/output.ts';
import { entryLine } from './entry-line.ts';

export interface WantedEntries {
  /** The newest so many. */
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly product: string | undefined;
  readonly severities: readonly Severity[];
}

/** The newest entries that are wanted, the oldest of them first. */
export async function listMeterJournal(dir: string, wanted: WantedEntries): Promise<readonly KeptEntry[]> {
  const { listJournal } = await import('@meterhouse/meter/journal');
  const { limit, since, product, severities } = wanted;
  const common = {
    limit,
    ...(since !== undefined && { since }),
    ...(product !== undefined && { products: [product] }),
  };
  const lists = await Promise.all(
    (severities.length === ALL ? [undefined] : severities).map((severity) =>
      listJournal(join(dir, 'journal'), { ...common, ...(severity !== undefined && { severity }) }),
    ),
  );
  return lists
    .flat()
    .sort((a, b) => a.id - b.id)
    .slice(-limit);
}

/** How many severities there are. */
const ALL = 3;
const LOOK_MS = 500;

/** Prints entries as they come, until the process is ended: a line each, or with JSON a line of it each. */
export async function followMeterJournal(dir: string, wanted: WantedEntries, json: boolean): Promise<void> {
  let last = 0;
  let size = -1;
  for (;;) {
    const now = await stat(join(dir, 'journal', 'journal.ndjson')).then(
      (file) => file.size,
      () => 0,
    );
    if (now !== size) {
      size = now;
      const entries = await listMeterJournal(dir, { ...wanted, limit: last === 0 ? wanted.limit : 10_000 });
      for (const entry of entries) {
        if (entry.id <= last) continue;
        last = entry.id;
        print(json ? JSON.stringify(entry) : entryLine(entry));
      }
    }
    await sleep(LOOK_MS);
  }
}

import type { KeptEntry } from './entries.ts';
import type { JournalCode, Severity } from './journal.ts';
import { journalLines } from './journal-files.ts';

export interface JournalFilter {
  /** Milliseconds since the epoch: entries that happened, first or last, at or after it. */
  readonly since?: number;
  /** Entries that happened first at or before it. */
  readonly until?: number;
  readonly code?: JournalCode;
  readonly severity?: Severity;
  /** Of any of these products, by id or configured name. */
  readonly products?: readonly string[];
  /** The newest so many, 1 to 10,000. */
  readonly limit?: number;
  /** Entries with a smaller id: the lowest one of a page gives the page before. */
  readonly before?: number;
}

export const MOST_ENTRIES = 10_000;

/**
 * The newest entries that fit, the oldest of them first. Reads the files as they are, so another process may ask too.
 * @param pending entries whose counts are not in the files yet
 */
export async function listJournal(
  dir: string,
  filter: JournalFilter,
  pending: ReadonlyMap<number, KeptEntry> = new Map(),
): Promise<readonly KeptEntry[]> {
  const limit = Math.max(1, Math.min(filter.limit ?? MOST_ENTRIES, MOST_ENTRIES));
  const fitting = new Map<number, KeptEntry>();
  // An entry that is too old so far may have happened again since.
  const old = new Map<number, KeptEntry>();
  const keep = (entry: KeptEntry) => {
    const fresh = filter.since === undefined || entry.lastTime >= filter.since;
    const shelf = fresh ? fitting : old;
    shelf.set(entry.id, entry);
    // Those that came first go, many at once: taking one off the front of a Map each time costs more than reading the line.
    if (shelf.size > 2 * limit + 100) cutTo(shelf, limit);
  };
  for await (const line of journalLines(dir)) {
    if (line.kind === 'entry') {
      if (fits(line.entry, filter)) keep(line.entry);
      continue;
    }
    const known = fitting.get(line.id) ?? old.get(line.id);
    if (known === undefined || line.count <= known.count) continue;
    old.delete(line.id);
    keep({ ...known, count: line.count, lastTime: line.time });
  }
  for (const [id, entry] of pending) {
    if (!fitting.has(id) && !old.has(id)) continue;
    old.delete(id);
    keep(entry);
  }
  cutTo(fitting, limit);
  return [...fitting.values()].sort((a, b) => a.id - b.id);
}

/** The last ones stay; one that happened again came last. */
function cutTo(shelf: Map<number, KeptEntry>, limit: number): void {
  for (const id of shelf.keys()) {
    if (shelf.size <= limit) return;
    shelf.delete(id);
  }
}

function fits(entry: KeptEntry, { until, code, severity, products, before }: JournalFilter): boolean {
  return (
    (until === undefined || entry.time <= until) &&
    (code === undefined || entry.code === code) &&
    (severity === undefined || entry.severity === severity) &&
    (products === undefined || (entry.product !== undefined && products.includes(entry.product))) &&
    (before === undefined || entry.id < before)
  );
}

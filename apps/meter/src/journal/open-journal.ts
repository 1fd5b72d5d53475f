/**
 * The journal on the disk. What happens again and again (a vCenter that refuses the connection every minute) is one entry an
 * hour with a count: the count is written when it doubles and when the hour of the entry is over, so a crash costs at most half
 * of it and a year of refusals stays small.
 */
import { chmodSync } from 'node:fs';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { REAL_TIME, type Time } from '../time/index.ts';
import { againLine, entryLine, type KeptEntry, plainEntry } from './entries.ts';
import { JOURNAL_CODES, type Journal, type JournalCode, type JournalEntry } from './journal.ts';
import { JournalFile, journalLines } from './journal-files.ts';
import { type JournalFilter, listJournal } from './list-journal.ts';

export interface JournalOptions {
  readonly time?: Time;
  /** Bytes of all its files; the oldest third goes when it is reached. */
  readonly limit?: number;
  /** Told what could not be kept, and why; without it, standard error. Called once until writing works again. */
  readonly onFault?: (message: string) => void;
  /** Told of each entry when it happens for the first time; for logs. */
  readonly onEntry?: (entry: KeptEntry) => void;
}

export interface JournalStore extends Journal {
  /** The newest entries that fit, the oldest of them first. */
  list(filter?: JournalFilter): Promise<readonly KeptEntry[]>;
  /** How often each code was noted since the journal was opened, repeats too. */
  counts(): ReadonlyMap<JournalCode, number>;
  /** Writes the counts that are not written yet. Notes after it go to `onFault`. */
  close(): void;
}

const USUAL_LIMIT = 30_000_000;
/** An entry that happens again within this time of its first is counted. */
const REPEAT_MS = 3_600_000;
/** Beyond so many different ones within the time, the oldest is written down and forgotten. */
const MOST_REPEATING = 1000;

interface Repeating {
  entry: KeptEntry;
  written: number;
}

/** @throws what the system says of a folder that cannot be made or written to */
export async function openJournal(dir: string, options: JournalOptions = {}): Promise<JournalStore> {
  const time = options.time ?? REAL_TIME;
  const tell = options.onFault ?? ((message: string) => process.stderr.write(`${message}\n`));
  await makeFolder(dir, 0o700);
  chmodSync(dir, 0o700);
  let next = (await lastId(dir)) + 1;
  const file = new JournalFile(dir, options.limit ?? USUAL_LIMIT);
  const repeating = new Map<string, Repeating>();
  const counts = new Map<JournalCode, number>();
  let closed = false;
  let failing = false;

  const append = (line: string): boolean => {
    try {
      if (closed) throw new Error('the journal is closed');
      file.append(line);
      failing = false;
      return true;
    } catch (error) {
      if (!failing)
        tell(`The journal in ${dir} cannot be written: ${(error as Error).message}. It said: ${line.trim()}`);
      failing = true;
      return false;
    }
  };
  const settle = (key: string, { entry, written }: Repeating) => {
    repeating.delete(key);
    if (entry.count > written) append(againLine(entry));
  };
  const settleOld = (now: number) => {
    // In the order in which they came.
    for (const [key, kept] of repeating) {
      if (Math.abs(now - kept.entry.time) < REPEAT_MS && repeating.size <= MOST_REPEATING) break;
      settle(key, kept);
    }
  };

  return {
    note(raw: JournalEntry) {
      try {
        const { code, product, message } = plainEntry(raw);
        const now = time.now();
        counts.set(code, (counts.get(code) ?? 0) + 1);
        settleOld(now);
        const key = JSON.stringify([code, product, message]);
        const known = repeating.get(key);
        if (known !== undefined) {
          known.entry = { ...known.entry, count: known.entry.count + 1, lastTime: now };
          if (known.entry.count >= 2 * known.written && append(againLine(known.entry)))
            known.written = known.entry.count;
          return;
        }
        const severity = JOURNAL_CODES[code];
        const entry: KeptEntry = {
          id: next,
          time: now,
          code,
          severity,
          ...(product === undefined ? {} : { product }),
          message,
          count: 1,
          lastTime: now,
        };
        options.onEntry?.(entry);
        if (!append(entryLine(entry))) return;
        next += 1;
        repeating.set(key, { entry, written: 1 });
      } catch (error) {
        tell(`The journal could not keep an entry: ${(error as Error).message}`);
      }
    },
    list(filter = {}) {
      return listJournal(dir, filter, new Map([...repeating.values()].map(({ entry }) => [entry.id, entry])));
    },
    counts: () => counts,
    close() {
      if (closed) return;
      for (const [key, kept] of repeating) settle(key, kept);
      closed = true;
      file.close();
    },
  };
}

async function lastId(dir: string): Promise<number> {
  let last = 0;
  for await (const line of journalLines(dir)) if (line.kind === 'entry') last = Math.max(last, line.entry.id);
  return last;
}

export { counted } from './counted.ts';
export type { KeptEntry } from './entries.ts';
export {
  JOURNAL_CODES,
  type Journal,
  type JournalCode,
  type JournalEntry,
  type Severity,
} from './journal.ts';
export { type JournalFilter, listJournal, MOST_ENTRIES } from './list-journal.ts';
export { type JournalOptions, type JournalStore, openJournal } from './open-journal.ts';

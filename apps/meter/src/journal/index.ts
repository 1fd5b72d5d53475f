export {
  JOURNAL_CODES,
  type Journal,
  type JournalCode,
  type JournalEntry,
  type Severity,
} from './journal.ts';

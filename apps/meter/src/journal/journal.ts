/**
 * What people should know of, in words and with a stable code: a product that cannot be reached, a licence that cannot be
 * read, a package that was refused. The journal never holds a secret.
 */
export type Severity = 'info' | 'warning' | 'error';

export interface JournalEntry {
  /** One of the catalogue; docs/meter/journal.md tells what each means and what to do. */
  readonly code: JournalCode;
  /** Id or configured name of the product concerned. */
  readonly product?: string;
  readonly message: string;
}

export interface Journal {
  /** Keeps an entry with the time and the severity of its code. Never throws: what cannot be kept is written to the log. */
  note(entry: JournalEntry): void;
}

/** Every code and how grave it is. */
export const JOURNAL_CODES = Object.freeze({
  'meter-started': 'info',
  'meter-stopped': 'info',
  'meter-bound': 'info',
  'meter-not-bound': 'warning',
  'product-reached': 'info',
  'product-unreachable': 'error',
  'product-needs-person': 'error',
  'certificate-to-accept': 'warning',
  'rights-missing': 'warning',
  'license-unknown': 'warning',
  'clock-skew': 'warning',
  'change-missed': 'warning',
  'gap-proven': 'info',
  'gap-not-proven': 'warning',
  'hour-kept': 'info',
  'machine-twice': 'warning',
  'machine-not-counted': 'warning',
  'ledger-damaged': 'error',
  'upload-done': 'info',
  'upload-failed': 'warning',
  'upload-refused': 'error',
  'upload-conflict': 'warning',
  'chain-fork': 'error',
  'packing-failed': 'warning',
  'hour-damaged': 'error',
  'disk-full': 'error',
  'names-not-kept': 'error',
  'spool-filling': 'warning',
  'spool-full': 'error',
  'package-removed': 'warning',
  'internal-fault': 'error',
  'settings-changed': 'info',
  'settings-refused': 'error',
  'api-not-serving': 'error',
  'api-certificate-made': 'info',
  'api-certificate-ending': 'warning',
  'login-guessing': 'warning',
} as const satisfies Readonly<Record<string, Severity>>);

export type JournalCode = keyof typeof JOURNAL_CODES;

export type LedgerErrorCode = 'disk-full' | 'disk-failed';

/** What the disk under a ledger refuses. What was taken before stands; a new watch from `since` makes up for the rest. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'LedgerError';
    this.code = code;
  }
}

/**
 * Gives what the file system threw a name; a fault of ours stays what it is.
 * @param doing such as `closing the hour 2023-01-01T05:00:00Z`
 */
export function diskError(doing: string, folder: string, error: unknown): unknown {
  if (!(error instanceof Error && 'errno' in error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new LedgerError(
      'disk-full',
      `No space is left while ${doing} in ${folder}. What was taken before is kept; make room there, the meter goes on by itself.`,
      error,
    );
  return new LedgerError(
    'disk-failed',
    `The disk failed while ${doing} in ${folder}: ${error.message}`,
    error,
  );
}

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

/** Gives what the file system threw a name. @param doing such as `writing the hour 2023-01-01T05` */
export function diskError(doing: string, folder: string, error: unknown): LedgerError {
  if (error instanceof LedgerError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new LedgerError(
      'disk-full',
      `No space is left while ${doing} in ${folder}. What was taken before is kept; make room there, the meter goes on by itself.`,
      error,
    );
  const said = error instanceof Error ? error.message : String(error);
  return new LedgerError('disk-failed', `The disk failed while ${doing} in ${folder}: ${said}`, error);
}

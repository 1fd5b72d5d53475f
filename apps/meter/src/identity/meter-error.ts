export type MeterErrorCode =
  | 'bad-agent'
  | 'already-initialised'
  | 'not-initialised'
  | 'not-activated'
  | 'spool-busy'
  | 'chain-damaged'
  | 'month-packed'
  | 'export-differs'
  | 'trace-refused'
  | 'bad-activation-token'
  | 'bad-activation-answer'
  | 'settings-missing'
  | 'settings-refused'
  | 'settings-changed-meanwhile'
  | 'no-such-entry'
  | 'secrets-key-missing'
  | 'secrets-key-wrong'
  | 'secrets-damaged'
  | 'key-damaged'
  | 'api-password-missing'
  | 'privacy-key-missing'
  | 'privacy-key-changed'
  | 'privacy-key-in-use'
  | 'privacy-damaged'
  | 'report-not-understood';

/** A refusal of the meter, with what to do about it. `faults` names every fault at once, each with its place. */
export class MeterError extends Error {
  readonly code: MeterErrorCode;
  readonly faults: readonly string[];

  constructor(code: MeterErrorCode, message: string, faults: readonly string[] = []) {
    super(message);
    this.name = 'MeterError';
    this.code = code;
    this.faults = faults;
  }
}

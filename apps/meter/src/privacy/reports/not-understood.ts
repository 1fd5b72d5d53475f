import { MeterError } from '../../identity/index.ts';

/** @param why completes "…: ", with what to do */
export function notUnderstood(path: string, why: string): MeterError {
  return new MeterError(
    'report-not-understood',
    `${path} is no report that names can be given back to: ${why}`,
  );
}

/** What one check found. `doubt` is nothing that stops the work today; `fault` is. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'doubt' | 'fault';
  readonly says: string;
  /** What to do, a command where there is one. */
  readonly mend?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const doubt = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'doubt',
  says,
  mend,
});
export const fault = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'fault',
  says,
  mend,
});

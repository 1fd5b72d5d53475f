import { EXIT } from './exit-codes.ts';

interface FailureOptions {
  /** Every fault, each with its place. */
  readonly faults?: readonly string[];
  /** What to do about it. */
  readonly advice?: string;
  /** The stable code of the problem, where it has one. */
  readonly code?: string;
  /** Under which the service's log tells more. */
  readonly requestId?: string;
}

/** Ends a command: what went wrong, what to do, and the status it ends with. */
export class Failure extends Error {
  readonly exitCode: number;
  readonly faults: readonly string[];
  readonly advice: string | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, exitCode: number = EXIT.refused, options: FailureOptions = {}) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.faults = options.faults ?? [];
    this.advice = options.advice;
    this.code = options.code;
    this.requestId = options.requestId;
  }
}

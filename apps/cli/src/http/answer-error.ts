/** The service answered, and not with success. */
export class AnswerError extends Error {
  readonly status: number;
  /** The JSON of the answer; undefined when it was none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Seconds, from Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(status: number, text: string, retryAfter: string | undefined) {
    const body = parse(text);
    const words = body?.detail ?? body?.message ?? body?.error_description ?? body?.title;
    super(typeof words === 'string' ? words : `The service answered ${status} without saying why.`);
    this.name = 'AnswerError';
    this.status = status;
    this.body = body;
    const seconds = Number(retryAfter);
    this.retryAfter =
      retryAfter !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What every error of this client is: `instanceof MeterhouseError` tells them from bugs. None of them ever holds a token. */
export class MeterhouseError extends Error {
  override name = 'MeterhouseError';
}

/** One fault of a request: a JSON pointer into the body, or `path/…`, `query/…`, `header/…`; and what to write instead. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

export interface ProblemFields {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly errors?: readonly Fault[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly method: string;
  readonly path: string;
}

/** The service understood the call and refused it. Compare `code`, which is stable; show `message`. */
export class ProblemError extends MeterhouseError {
  override name = 'ProblemError';
  /** The HTTP status. */
  readonly status: number;
  /** `meter-deleted`, `invalid_grant`, …; `http-502` where the answer names none. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  /** Every fault of the request at once; empty where the answer names none. */
  readonly errors: readonly Fault[];
  /** Names the call in the service's log. */
  readonly requestId: string | undefined;
  /** Seconds that the service asks to wait. */
  readonly retryAfter: number | undefined;
  /** The JSON of the answer with all its members; undefined when it was none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  readonly method: string;
  /** Without the query. */
  readonly path: string;

  constructor(fields: ProblemFields) {
    const { status, code, title, detail, errors = [], requestId, method, path } = fields;
    const faults = errors.map(({ pointer, message }) => `\n  ${pointer || 'body'}: ${message}`).join('');
    super(`${detail ?? title} (${status} ${code}, ${method} ${path})${faults}`);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfter = fields.retryAfter;
    this.body = fields.body;
    this.method = method;
    this.path = path;
  }
}

/** There is no access token to call with: the API token is wrong, revoked or expired, or what was asked is no token gateway. */
export class TokenError extends MeterhouseError {
  override name = 'TokenError';
  /** The status of the gateway's answer; undefined when the token did not come from a gateway. */
  readonly status: number | undefined;
  /** `invalid_grant`, …; `no-token` when something else than a token came. */
  readonly code: string;
  /** The gateway's own words; undefined when the token did not come from a gateway. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    fields: {
      readonly status?: number | undefined;
      readonly code: string;
      readonly detail?: string | undefined;
      readonly requestId?: string | undefined;
      readonly retryAfter?: number | undefined;
    },
  ) {
    super(message);
    this.status = fields.status;
    this.code = fields.code;
    this.detail = fields.detail;
    this.requestId = fields.requestId;
    this.retryAfter = fields.retryAfter;
  }
}

/** No whole answer came: refused, cut, or not in time. `code` is the system's (`ECONNREFUSED`), `timeout`, `redirected`, or `connection-lost`. */
export class ConnectionError extends MeterhouseError {
  override name = 'ConnectionError';
  readonly code: string;
  readonly method: string;
  /** Address without the query. */
  readonly url: string;

  constructor(
    message: string,
    fields: {
      readonly code: string;
      readonly method: string;
      readonly url: string;
      readonly cause?: unknown;
    },
  ) {
    super(message, fields.cause === undefined ? {} : { cause: fields.cause });
    this.code = fields.code;
    this.method = fields.method;
    this.url = fields.url;
  }
}

/** The bytes that came are not those that were announced. Nothing of them may be used. */
export class ChecksumError extends MeterhouseError {
  override name = 'ChecksumError';
  readonly algorithm: 'md5' | 'sha-256' | 'length';
  readonly expected: string;
  readonly actual: string;

  constructor(fields: {
    readonly what: string;
    readonly algorithm: 'md5' | 'sha-256' | 'length';
    readonly expected: string;
    readonly actual: string;
    /** What may have changed them. */
    readonly hint?: string | undefined;
  }) {
    const { what, algorithm, expected, actual, hint } = fields;
    super(`${what}: ${algorithm} should be ${expected} and is ${actual}${hint ? `; ${hint}` : ''}`);
    this.algorithm = algorithm;
    this.expected = expected;
    this.actual = actual;
  }
}

import type { ProblemFault } from './http/everywhere.ts';

/** One kind of refusal: its status, the title that never varies, and whether the caller's own repeat may help. */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/**
 * Every way the service says no. The code is stable: scripts compare it, and `<public URL>/docs/problems/<code>` explains it
 * (`docs/problems/<code>.md`; a test keeps both complete). Alphabetical.
 */
export const problems = {
  'activation-invalid': { status: 400, title: 'The activation is not valid' },
  'activation-key-used': { status: 409, title: 'The meter had this key before' },
  'already-exists': { status: 409, title: 'There is one of this name already' },
  'api-token-ended': { status: 409, title: 'The API token is no longer in force' },
  'archive-conflict': { status: 500, title: 'The archive holds other bytes under that key' },
  'archive-missing': { status: 500, title: 'A file that the records name is not in the archive' },
  'body-too-large': { status: 413, title: 'The body is larger than this service takes' },
  'chain-fork': { status: 409, title: "The package does not continue the meter's chain" },
  'contract-in-use': { status: 409, title: 'The old contract still has a month to submit' },
  'correction-conflict': { status: 409, title: 'The correction replaces a slice that has changed since' },
  'engine-busy': { status: 503, title: 'The usage engine is busy' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'headers-too-large': { status: 431, title: 'The headers are larger than this service takes' },
  'hour-in-future': { status: 503, title: 'The package has an hour that has not come yet' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another request' },
  'idempotency-running': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
  },
  'idempotency-secret': { status: 409, title: 'It was made, and its secret is not shown twice' },
  'in-use': { status: 409, title: 'Something still refers to it' },
  internal: { status: 500, title: 'The service failed' },
  'invalid-client': { status: 401, title: 'The meter did not prove who it is' },
  'invalid-grant': { status: 400, title: 'The API token cannot be exchanged' },
  'invalid-request': { status: 400, title: 'The request has faults' },
  'last-administrator': { status: 409, title: 'Nobody would be left to administrate it' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP' },
  'meter-deleted': { status: 409, title: 'The meter is deleted' },
  'meter-not-deleted': { status: 409, title: 'The meter is not deleted' },
  'method-not-allowed': { status: 405, title: 'This path does not take that method' },
  'mode-change-refused': { status: 409, title: 'A PRODUCTION meter does not become a TEST meter' },
  'not-acceptable': { status: 406, title: 'There is no rendition of the accepted types' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'organisation-unknown': { status: 404, title: 'There is no such organisation' },
  'package-refused': { status: 422, title: 'The package is refused' },
  'quota-exceeded': { status: 429, title: 'The organisation has used up a quota' },
  'range-not-satisfiable': { status: 416, title: 'The range lies outside the file' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'report-gone': { status: 410, title: 'The provisional report has been superseded too long ago' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'sequence-conflict': { status: 412, title: 'Someone else has changed it since you looked' },
  'storage-low': { status: 507, title: 'The service is short of disk space' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  unavailable: { status: 503, title: 'The service cannot answer right now' },
  'unsupported-grant-type': { status: 400, title: 'The token endpoint does not know this grant' },
  'unsupported-media-type': { status: 415, title: 'The body has a type that this path does not take' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;

export interface ProblemOptions {
  /** What is wrong this time and what to do about it; never a secret. */
  readonly detail?: string;
  /** Every fault at once, each with its place. */
  readonly errors?: readonly ProblemFault[];
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457, 3.2), such as what there is instead. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A refusal that a caller is told. Thrown anywhere in the service; `platform/http` answers it.
 *
 * @example throw new Problem('rate-limited', { detail: 'Try again in 30 seconds.', headers: { 'Retry-After': '30' } })
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** The HTTP status, under the name that Fastify reads. */
  readonly statusCode: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly ProblemFault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    const { status, title } = problems[code];
    super(options.detail ?? title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.statusCode = status;
    this.title = title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

/**
 * What the API says no with: `{"errCode","errMessage"}`, as published. The first four codes are published ones; the others are
 * ours, in the same fashion. docs/meter/api.md tells each.
 */
export const ERRORS = Object.freeze({
  GW_LOGIN_REQUIRED: 401,
  GW_REQ_KEY: 400,
  GW_BAD_REQ_BODY: 400,
  ERR_PM_HOST_NAME_CONFLICT: 409,
  GW_LOGIN_FAILED: 401,
  GW_BAD_REQUEST: 400,
  GW_FORBIDDEN: 403,
  GW_NOT_FOUND: 404,
  GW_USAGE_DATA_NOT_FOUND: 404,
  GW_METHOD_NOT_ALLOWED: 405,
  GW_REQUEST_TIMEOUT: 408,
  GW_CONFLICT: 409,
  GW_BODY_TOO_LARGE: 413,
  GW_MEDIA_TYPE: 415,
  GW_TOO_MANY_REQUESTS: 429,
  GW_HEADERS_TOO_LARGE: 431,
  GW_INTERNAL: 500,
  /** Published without a code: products that are not there are answered with 502. */
  ERR_PM_PRODUCT_NOT_FOUND: 502,
  GW_SERVICE_REFUSED: 502,
  GW_UNAVAILABLE: 503,
} as const);

export type ErrCode = keyof typeof ERRORS;

export class ApiError extends Error {
  readonly errCode: ErrCode;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    errCode: ErrCode,
    message: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ApiError';
    this.errCode = errCode;
    this.statusCode = ERRORS[errCode];
    this.headers = options.headers ?? {};
  }
}

/** Every key at once that lacks its value, in the published words. */
export function missingKeys(faults: readonly { readonly key: string; readonly why?: string }[]): ApiError {
  const sentences = faults.map(
    ({ key, why }) => `Not found expected value for key '${key}'${why === undefined ? '' : `: it ${why}`}`,
  );
  return new ApiError('GW_REQ_KEY', sentences.join('. '));
}

import { type Fault, ProblemError } from '../errors.ts';
import { secondsOfRetryAfter } from './retry.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The error that an answer tells of. It reads RFC 9457 as well as the shapes of the published services: the gateway's
 * `{errorCode, message, moduleCode, statusCode, requestId}` and OAuth's `{error, error_description}`.
 */
export function readProblem(response: Response, text: string, method: string, path: string): ProblemError {
  const body = parse(text);
  const status = response.status;
  const code = firstText(body, 'code', 'errorCode', 'cspErrorCode', 'error') ?? `http-${status}`;
  const title = firstText(body, 'title') ?? (response.statusText || `The service answered ${status}`);
  // Against the clock of the service, where it says it: a Retry-After date is by that clock.
  const now = Date.parse(response.headers.get('date') ?? '');
  return new ProblemError({
    status,
    code,
    title,
    detail: firstText(body, 'detail', 'message', 'error_description'),
    errors: faultsOf(body?.errors),
    requestId: firstText(body, 'requestId') ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: secondsOfRetryAfter(
      response.headers.get('retry-after'),
      Number.isNaN(now) ? Date.now() : now,
    ),
    body,
    method,
    path,
  });
}

/** No call of this API is redirected, and a redirect would carry tokens to another place. */
export function redirected(response: Response, method: string, path: string): ProblemError {
  const to = response.headers.get('location');
  return new ProblemError({
    status: response.status,
    code: 'redirected',
    title: 'The service answered with a redirect',
    detail: `The service answered with a redirect${to ? ` to ${to.replace(/\?.*/s, '')}` : ''}; name its final address`,
    method,
    path,
  });
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Members)
      : undefined;
  } catch {
    return undefined;
  }
}

function firstText(body: Members | undefined, ...names: readonly string[]): string | undefined {
  const name = names.find((one) => typeof body?.[one] === 'string' && body[one] !== '');
  return name === undefined ? undefined : (body?.[name] as string);
}

function faultsOf(value: unknown): readonly Fault[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter(
    (one): one is Fault => typeof one?.pointer === 'string' && typeof one?.message === 'string',
  );
}

import { ConnectionError, ProblemError } from '../errors.ts';
import { type BodySource, isSentOnce, openBody } from './body.ts';
import { type Deadline, deadlineOf, leaving } from './deadline.ts';
import { readProblem, redirected } from './read-problem.ts';
import { pauseBeforeRetry, type Retry, type RetryPolicy, repeat } from './retry.ts';

/** One call as it goes over the wire. */
export interface Call {
  readonly method: string;
  /** With its parameters filled in, beginning with `/`. */
  readonly path: string;
  readonly query?: URLSearchParams | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: BodySource | undefined;
  /** May be made twice without doing twice what it does. */
  readonly repeatable: boolean;
  /** No access token is sent. */
  readonly anonymous?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call with its attempts, pauses and the reading of its answer. */
  readonly timeout?: number | undefined;
}

/** Where access tokens come from. */
export interface AccessTokens {
  get(): Promise<string>;
  /** Another one than this, which was refused. */
  renew(refused: string): Promise<string>;
}

export interface TransportOptions {
  readonly addressOf: (path: string) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  readonly retry: RetryPolicy;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

export interface Transport {
  /**
   * Makes a call, again where that is safe and may help, and reads its answer.
   * @param read is part of an attempt: an answer that breaks off half way is a lost connection
   * @throws ProblemError, ConnectionError, TokenError; the reason of `signal` when that is aborted
   */
  send<T>(call: Call, read: (response: Response, deadline: Deadline) => Promise<T>): Promise<T>;
}

/** @param tokens undefined: no call is signed in */
export function createTransport(options: TransportOptions, tokens: AccessTokens | undefined): Transport {
  async function send<T>(
    call: Call,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = deadlineOf(call.signal, call.timeout);
    const once = isSentOnce(call.body);
    const anonymous = call.anonymous === true || tokens === undefined;
    let token: string | undefined;
    let renewed = false;
    let failure: unknown;

    async function attempt(): Promise<T> {
      token = undefined;
      if (!anonymous) token = await leaving(tokens!.get(), deadline.signal);
      try {
        return await attemptOnce(call, token, deadline, read);
      } catch (error) {
        if (token === undefined || renewed || once || !isRefusedToken(error)) throw error;
        renewed = true;
        const refused = token;
        token = undefined;
        token = await leaving(tokens!.renew(refused), deadline.signal);
        return attemptOnce(call, token, deadline, read);
      }
    }

    /** Without a token there is nothing to send: the gateway has been asked as often as it should before that fails. */
    function pauseAfter(error: unknown, attempts: number): number | undefined {
      if (deadline.signal?.aborted) return undefined;
      failure = error;
      if (once || (token === undefined && !anonymous)) return undefined;
      return pauseBeforeRetry(error, attempts, call.repeatable, options.retry);
    }

    return repeat(attempt, pauseAfter, { onRetry: options.onRetry, signal: deadline.signal }).catch(
      (error: unknown) => {
        throw deadline.timedOut() ? timedOut(call, failure) : error;
      },
    );
  }

  async function attemptOnce<T>(
    call: Call,
    token: string | undefined,
    deadline: Deadline,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const { method, path } = call;
    const body = await openBody(call.body);
    // Beyond this line whatever is not an answer of the service is the connection's fault.
    try {
      const query = call.query?.toString() ?? '';
      const response = await options.fetch(options.addressOf(path) + (query === '' ? '' : `?${query}`), {
        method,
        headers: {
          ...options.headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...call.headers,
        },
        redirect: 'manual',
        // An API token and what it opens are not for the disk of a browser.
        cache: 'no-store',
        credentials: 'omit',
        ...(body === undefined ? {} : { body }),
        ...(body instanceof ReadableStream ? streaming : {}),
        ...(deadline.signal === undefined ? {} : { signal: deadline.signal }),
      } as RequestInit);
      const { status } = response;
      if (response.type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304)) {
        await response.body?.cancel();
        throw redirected(response, method, path);
      }
      if (status >= 400) throw readProblem(response, await response.text(), method, path);
      return await read(response, deadline);
    } catch (error) {
      if (error instanceof ProblemError || deadline.signal?.aborted) throw error;
      throw lostConnection(method, options.addressOf(path), error);
    }
  }

  function timedOut(call: Call, cause?: unknown): ConnectionError {
    const url = options.addressOf(call.path);
    return new ConnectionError(`${call.method} ${url} was not answered within ${call.timeout} ms`, {
      code: 'timeout',
      method: call.method,
      url,
      cause,
    });
  }

  return { send };
}

/**
 * For a body that is a stream. Node's fetch splits it in two for a redirect that may come, and so holds all of it in memory,
 * unless a redirect is an error and there is no window.
 */
const streaming = { duplex: 'half', redirect: 'error', window: null };

const isRefusedToken = (error: unknown) => error instanceof ProblemError && error.status === 401;

/** @param url without the query */
export function lostConnection(method: string, url: string, cause: unknown): ConnectionError {
  const words = wordsOf(cause);
  const code = systemCode(cause) ?? (words === 'unexpected redirect' ? 'redirected' : 'connection-lost');
  return new ConnectionError(`${method} ${url} has no answer: ${words}`, {
    code,
    method,
    url,
    cause,
  });
}

/** `ECONNREFUSED` and the like stand in the cause of what fetch throws, sometimes once more below. */
function systemCode(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code, errors } = one as { code?: unknown; errors?: unknown };
    if (typeof code === 'string') return code;
    // A name with several addresses: each failed.
    if (Array.isArray(errors) && errors.length > 0) return systemCode(errors[0]);
  }
  return undefined;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error && error.cause.message !== '' ? error.cause : undefined;
  return cause?.message ?? systemCode(error) ?? error.message;
}

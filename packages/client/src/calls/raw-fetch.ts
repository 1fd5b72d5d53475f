import { ConnectionError } from '../errors.ts';
import type { BodySource } from './body.ts';
import { isRepeatable, queryOf } from './request.ts';
import { lostConnection, type Transport } from './transport.ts';

export interface FetchOptions {
  /** By itself GET. */
  readonly method?: string | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: BodySource | undefined;
  /**
   * May be made twice without doing twice what it does. By itself that holds for GET, HEAD, PUT and DELETE, and for what
   * carries an `idempotency-key` among its headers.
   */
  readonly repeatable?: boolean | undefined;
  /** No access token is sent. */
  readonly anonymous?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer's last byte has been read, with all attempts; by itself there is no such end. */
  readonly timeout?: number | undefined;
}

/**
 * Makes any call, signed in and made again where that is safe, and gives its answer as it comes, for its body to be streamed.
 * Ask for `accept-encoding: identity` where the bytes are to come as they are kept.
 *
 * @example const answer = await client.fetch('/api/v1/whoami'); console.log(await answer.json());
 * @param path begins with `/`, and may have a query; what is put into it is to be encoded
 * @throws ProblemError for every status of 400 and above, ConnectionError, also of the body as it is read, TokenError
 */
export type Fetch = (path: string, options?: FetchOptions) => Promise<Response>;

/** @param addressOf the address that a path leads to, for errors */
export function createFetch(transport: Transport, addressOf: (path: string) => string): Fetch {
  return async (target, { method = 'GET', query, headers = {}, repeatable, timeout, ...options } = {}) => {
    // Without its slash it would go on where the name of the host ends, and the token to another host.
    if (!target.startsWith('/')) throw new TypeError(`"${target}" is no path; it begins with a slash`);
    const [path = '', own = ''] = target.split(/\?(.*)/s);
    const keyed = Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key');
    const call = {
      ...options,
      method,
      path,
      query: queryOf({ ...Object.fromEntries(new URLSearchParams(own)), ...query }),
      headers,
      repeatable: repeatable ?? (keyed || isRepeatable(method)),
      timeout,
    };
    return transport.send(call, async (response, deadline) => {
      if (response.body === null) return response;
      const body = withErrors(response.body, (cause) => {
        if (deadline.timedOut())
          return new ConnectionError(`${method} ${addressOf(path)} did not come within ${timeout} ms`, {
            code: 'timeout',
            method,
            url: addressOf(path),
          });
        return deadline.signal?.aborted
          ? deadline.signal.reason
          : lostConnection(method, addressOf(path), cause);
      });
      return new Response(body, response);
    });
  };
}

/** The same bytes; what their reading fails with is told in our words. */
function withErrors(
  body: ReadableStream<Uint8Array>,
  errorOf: (cause: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(errorOf(error));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

import type { Answer, Method, OptionsOf, PathOf, RequestOptions } from '../wire.ts';
import type { Transport } from './transport.ts';

/**
 * Makes a call that the OpenAPI document knows, and gives its answer by status.
 *
 * @example const { data } = await request('GET', '/api/v1/meters/{agentId}', { path: { agentId } });
 * @throws ProblemError when the service refuses it, ConnectionError when no answer came, TokenError without access
 */
export type Request = <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...options: OptionsOf<RequestOptions<M, P>>
) => Promise<Answer<M, P>>;

/** What a call can name, whatever the document says of it. */
export interface LooseOptions {
  readonly path?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeout?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Safe to make again, although its method does not say so. */
  readonly repeatable?: boolean | undefined;
}

export interface LooseAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Headers;
}

/** The untyped call below `Request`, for the resources of this client. */
export type Send = (method: string, path: string, options?: LooseOptions) => Promise<LooseAnswer>;

/** Where the service keeps an Idempotency-Key. */
const keepsKeys = /^\/api\/v1\//;
/** Methods that leave things as they are, or the same after one call as after two. */
export const isRepeatable = (method: string) => /^(GET|HEAD|PUT|DELETE)$/.test(method);

/** @param timeout milliseconds for calls that name none */
export function createSend(transport: Transport, timeout: number): Send {
  return async (method, path, options = {}) => {
    const { body, headers, signal } = options;
    const changes = method !== 'GET' && method !== 'HEAD';
    const key = changes && keepsKeys.test(path) ? (options.idempotencyKey ?? randomKey()) : undefined;
    return transport.send(
      {
        method,
        path: fillPath(path, options.path),
        query: queryOf(options.query),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        repeatable: options.repeatable ?? (key !== undefined || isRepeatable(method)),
        signal,
        timeout: options.timeout ?? timeout,
      },
      async (response) => ({
        status: response.status,
        data: await readData(response),
        headers: response.headers,
      }),
    );
  };
}

async function readData(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (/[/+]json\b/i.test(type) && !type.includes('+gzip')) {
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }
  if (/^text\/(plain|html|markdown)\b/i.test(type)) return response.text();
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes.length === 0 ? undefined : bytes;
}

/** Every value is encoded whole, so that none reaches another path. */
export function fillPath(path: string, values: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = String(values[name] ?? '');
    // Nothing, `.` and `..` would be another path.
    if (/^\.{0,2}$/.test(text))
      throw new TypeError(`${path} needs its ${name}; it is ${JSON.stringify(values[name])}`);
    return encodeURIComponent(text);
  });
}

export function queryOf(values: Readonly<Record<string, unknown>> = {}): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query;
}

/** 128 random bits; `randomUUID` is missing on pages without TLS. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

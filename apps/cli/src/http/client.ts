import type { Readable } from 'node:stream';
import { request } from 'undici';
import { AnswerError } from './answer-error.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface Call {
  readonly method?: Method;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Readable;
  /** No access token is sent. */
  readonly anonymous?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable & { text(): Promise<string> };
}

export interface Client {
  readonly server: string;
  /** The answer as it comes. @throws AnswerError for any status of 400 and above */
  send(path: string, call?: Call): Promise<Answer>;
  /** The JSON of the answer; undefined when it has no body. The caller names the contract's type. */
  json<T>(path: string, call?: Call): Promise<T>;
}

/**
 * A client of one service.
 * @param bearer gives an access token; asked before each call, so that it can renew what expires
 * @param headers sent with every call
 */
export function createClient(
  server: string,
  bearer: () => Promise<string>,
  headers: Readonly<Record<string, string>> = {},
): Client {
  async function send(path: string, call: Call = {}): Promise<Answer> {
    const url = new URL(path, server);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const answer = await request(url, {
      method: call.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'meterhouse-cli',
        ...headers,
        ...(call.anonymous ? {} : { authorization: `Bearer ${await bearer()}` }),
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: call.json === undefined ? (call.body ?? null) : JSON.stringify(call.json),
    });
    if (answer.statusCode >= 300) {
      const retryAfter = answer.headers['retry-after'];
      const text = await answer.body.text();
      throw new AnswerError(answer.statusCode, text, typeof retryAfter === 'string' ? retryAfter : undefined);
    }
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  return {
    server,
    send,
    async json<T>(path: string, call?: Call): Promise<T> {
      const text = await (await send(path, call)).body.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
  };
}

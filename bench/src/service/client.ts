import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { PACKAGE_MEDIA_TYPE } from '@meterhouse/contract';

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly token?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** A package that is sent as it is. */
  readonly file?: string;
}

/** One connection to the service, as one meter has: what is sent on it goes one after another. */
export interface Connection {
  /** @returns status and JSON of the answer. @throws Error for any status of 400 and above */
  call<T>(path: string, call?: Call): Promise<{ status: number; body: T }>;
  close(): void;
}

export function connect(server: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async call<T>(path: string, { method = 'GET', token, json, form, file }: Call = {}) {
      const text = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json);
      const headers = {
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(text === undefined ? {} : { 'content-length': Buffer.byteLength(text) }),
        ...(file === undefined
          ? {}
          : { 'content-type': PACKAGE_MEDIA_TYPE, 'content-length': (await stat(file)).size }),
      };
      const answer = await send(new URL(path, server), { method, headers, agent }, file ?? { text });
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return { status: answer.status, body: (answer.text === '' ? undefined : JSON.parse(answer.text)) as T };
    },
    close: () => agent.destroy(),
  };
}

function send(
  url: URL,
  options: { method: string; headers: Record<string, string | number>; agent: Agent },
  body: string | { text: string | undefined },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = request(url, options, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
    });
    sending.on('error', reject);
    if (typeof body === 'string')
      createReadStream(body, { highWaterMark: 1 << 20 })
        .on('error', reject)
        .pipe(sending);
    else sending.end(body.text);
  });
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server does with one call. */
export type Fate = (request: Received, response: ServerResponse) => void | Promise<void>;

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  /** What came, in order. */
  readonly received: Received[];
}

/** A server on loopback that does what it is told, one fate a call; the last one holds for all further calls. */
export async function faultyServer(...fates: readonly Fate[]): Promise<FaultyServer> {
  const received: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    // A client that leaves in the middle of its body is part of the tests.
    await (async () => {
      for await (const piece of incoming) pieces.push(piece);
    })().catch(() => undefined);
    const { method = '', url = '', headers } = incoming;
    const call = { method, url, headers, body: Buffer.concat(pieces).toString('latin1') };
    received.push(call);
    await fates[Math.min(received.length, fates.length) - 1]!(call, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Headers = Readonly<Record<string, string | number>>;

export function json(status: number, value: unknown, headers: Headers = {}): Fate {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
}

export function problem(status: number, code: string, headers: Headers = {}): Fate {
  return json(
    status,
    { type: 'about:blank', title: 'A problem of the tests', status, code },
    {
      'content-type': 'application/problem+json',
      ...headers,
    },
  );
}

export function nothing(status: number, headers: Headers = {}): Fate {
  return (_, response) => void response.writeHead(status, headers).end();
}

export function bytes(content: Uint8Array, headers: Headers = {}): Fate {
  return (_, response) =>
    void response.writeHead(200, { 'content-length': content.length, ...headers }).end(content);
}

/** Announces all of it, sends some of it, and hangs up. */
export function halfOf(content: Uint8Array, headers: Headers = {}, sent = content.length >> 1): Fate {
  return (_, response) => {
    response.writeHead(200, { 'content-length': content.length, ...headers });
    response.write(content.subarray(0, sent), () => setTimeout(() => response.destroy(), 20));
  };
}

export const hangUp: Fate = (_, response) => void response.destroy();

export function late(milliseconds: number, fate: Fate): Fate {
  return async (request, response) => {
    await sleep(milliseconds);
    await fate(request, response);
  };
}

/** A gateway's answer. */
export function grant(accessToken: string, seconds = 1799): Fate {
  return json(200, {
    id_token: 'id',
    token_type: 'bearer',
    expires_in: seconds,
    scope: 'ALL_PERMISSIONS',
    access_token: accessToken,
    refresh_token: 'not for logs',
  });
}

/** One server for both: the gateway's path and all others. */
export function withGateway(gateway: Fate, other: Fate): Fate {
  return (request, response) => (request.url.startsWith('/csp/') ? gateway : other)(request, response);
}

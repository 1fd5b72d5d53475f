/** A service that answers what a test tells it to, one fate an upload, and a clock that runs by itself. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { SignedHeader } from '@meterhouse/contract';
import type { Time } from '../time/index.ts';

/** What the service does with one upload; `taken` reads it and says 202, or 200 when it had it before. */
export type Fate = 'taken' | Answering;
export type Answering = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface FaultyService {
  readonly url: string;
  /** Epoch and number of each upload that came whole, in order, whatever became of it. */
  readonly came: string[];
  /** Of each that was taken for the first time. */
  readonly taken: string[];
  /** How often a meter signed in. */
  signIns: number;
  /** The fates of the next uploads; when they are used up, all are taken. */
  next(...fates: Fate[]): void;
  close(): Promise<void>;
}

export async function faultyService(t: TestContext, port = 0): Promise<FaultyService> {
  let fates: Fate[] = [];
  const came: string[] = [];
  const taken: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/.well-known/oauth-authorization-server')
      return json(response, 200, { issuer: service.url });
    if (request.url === '/oauth2/token') {
      service.signIns += 1;
      for await (const _ of request);
      return json(response, 200, { access_token: `token-${service.signIns}`, expires_in: 1799 });
    }
    const fate = fates.shift() ?? 'taken';
    if (fate !== 'taken') return fate(request, response);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { package: header } = JSON.parse(
      gunzipSync(Buffer.concat(pieces)).toString('utf8').split('\n', 1)[0]!,
    ) as SignedHeader;
    const place = `${header.epoch}-${header.number}`;
    came.push(place);
    const known = taken.includes(place);
    if (!known) taken.push(place);
    const slices = header.products.flatMap(({ hours }) => hours.map(() => ({ outcome: 'counted' })));
    json(response, known ? 200 : 202, { decision: 'accepted', slices });
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  const service: FaultyService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    taken,
    signIns: 0,
    next: (...more) => {
      fates = [...fates, ...more];
    },
    close,
  };
  return service;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function problem(
  status: number,
  code: string,
  members: object = {},
  headers: Readonly<Record<string, string>> = {},
): Answering {
  return async (request, response) => {
    for await (const _ of request);
    json(response, status, { title: `The test says ${code}`, status, code, ...members }, headers);
  };
}

export const hangUp: Answering = (_, response) => void response.destroy();
/** Takes the upload and never says a word. */
export const silence: Answering = async (request) => {
  for await (const _ of request);
};
/** Does not even read. */
export const stall: Answering = () => undefined;
/** Half an answer, then nothing more. */
export const halfAnAnswer: Answering = async (request, response) => {
  for await (const _ of request);
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': 1000 });
  response.write('{"decision":"acc', () => response.destroy());
};

/**
 * A clock of one loop: whoever sleeps is woken at once, and the time has passed. `onPass` is told of each stretch before the
 * sleeper wakes, so that what happens meanwhile can be made to happen.
 */
export function passingTime(
  start: number,
  onPass: (from: number, to: number) => void | Promise<void> = () => undefined,
): Time & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      await turn();
      slept.push(milliseconds);
      await onPass(now, now + milliseconds);
      now += milliseconds;
      signal?.throwIfAborted();
    },
  };
}

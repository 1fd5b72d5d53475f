/**
 * Stands between a meter and the simulated vCenter and makes the vCenter live in the test's time.
 *
 * The simulator's clock is the machine's. The test goes from moment to moment, and what the simulator does between two of them
 * is told as done at the first one: every time in an answer becomes the moment that was set when it was made, and every time in
 * a request the real one again. So the meter sees a vCenter whose clock is the test's, to the second, and does not see a proxy.
 *
 * A wait for updates is sent on without waiting: the test's time passes only when the test says so.
 */
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { makeCertificate } from '../../src/api/make-certificate.ts';

export interface ClockProxy {
  readonly port: number;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
  /** From now on it is this moment, in milliseconds of the test's time. */
  setMoment(ms: number): void;
  /** Refuses every connection and breaks those that are there, or takes them again. */
  refuse(yes: boolean): void;
  /** The event history has lost what happened from the moment it is forgotten until it is remembered again. */
  forget(yes: boolean): void;
  /** Resolves when the meter has asked for updates so many times more: what happened before is with it then. */
  cycles(count: number): Promise<void>;
  close(): Promise<void>;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
/** Real milliseconds that a wait without news is held, so that the meter does not ask without a pause. */
const PAUSE_MS = 8;

/** @param vcenter the simulator's address without TLS */
export async function startClockProxy(vcenter: string, start: number): Promise<ClockProxy> {
  const agent = new Agent({ connections: 8 });
  /** Ascending; the first one also stands for all that was before. */
  const moments = [{ real: 0, test: start }];
  const forgotten: { from: number; to: number }[] = [];
  let refusing = false;
  let asked = 0;
  const waiting = new Set<{ until: number; done: () => void }>();

  const testOf = (real: number) => moments.findLast((moment) => moment.real <= real)!.test;
  const realOf = (test: number) => moments.find((moment) => moment.test >= test)?.real ?? Date.now();
  const toTest = (text: string) => text.replaceAll(TIME, (time) => iso(testOf(Date.parse(time))));
  const toReal = (text: string) => text.replaceAll(TIME, (time) => iso(realOf(Date.parse(time))));

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of incoming.setEncoding('utf8')) body += piece;
    const waits = body.includes('<WaitForUpdatesEx') || body.includes(':WaitForUpdatesEx');
    if (waits) countWait();
    const { 'content-length': _length, connection: _connection, host: _host, ...headers } = incoming.headers;
    const response = await request(new URL(incoming.url ?? '/', vcenter), {
      dispatcher: agent,
      method: (incoming.method ?? 'GET') as 'POST',
      headers: headers as Record<string, string>,
      body: body === '' ? null : toReal(withoutWaiting(body)),
    });
    const text = await response.body.text();
    if (waits && !/<returnval/.test(text)) await sleep(PAUSE_MS);
    if (refusing) return void outgoing.destroy();
    const {
      'content-length': _old,
      'transfer-encoding': _coding,
      connection: _kept,
      ...given
    } = response.headers;
    outgoing.writeHead(response.statusCode, given as Record<string, string>);
    outgoing.end(toTest(withoutEvents(text)));
  }

  function countWait(): void {
    asked += 1;
    for (const one of waiting) if (asked >= one.until) one.done();
  }

  /** Leaves out the events of the stretches that were forgotten. */
  function withoutEvents(text: string): string {
    if (forgotten.length === 0) return text;
    return text.replaceAll(/<returnval[^>]*type="[A-Za-z0-9:]*Event"[^>]*>.*?<\/returnval>/gs, (event) => {
      const made = Date.parse(/<createdTime>([^<]+)</.exec(event)?.[1] ?? '');
      return forgotten.some(({ from, to }) => made >= from && made < to) ? '' : event;
    });
  }

  const certified = await makeCertificate(['127.0.0.1'], Date.now());
  const server = createServer(certified, (incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on('connection', (socket) => {
    if (refusing) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };

  return {
    port,
    fingerprint: new X509Certificate(certified.cert).fingerprint256.replaceAll(':', '').toLowerCase(),
    setMoment: (ms) => void moments.push({ real: Date.now(), test: ms }),
    refuse(yes) {
      refusing = yes;
      if (yes) server.closeAllConnections();
    },
    forget(yes) {
      if (yes) forgotten.push({ from: Date.now(), to: Number.POSITIVE_INFINITY });
      else forgotten.at(-1)!.to = Date.now();
    },
    cycles: (count) =>
      new Promise((resolve) => {
        const one = {
          until: asked + count,
          done: () => {
            waiting.delete(one);
            resolve();
          },
        };
        waiting.add(one);
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.close();
    },
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

const withoutWaiting = (body: string) =>
  body.replace(
    /(<(?:\w+:)?maxWaitSeconds>)\d+(<)/,
    (_all, before: string, after: string) => `${before}0${after}`,
  );

/**
 * What a simulator cannot do wrong: a proxy before a vCenter that ends TLS with a certificate of its own and spoils what passes.
 *
 *   const proxy = await startFaultyProxy(t, vcsim);
 *   proxy.next('WaitForUpdatesEx', { cut: 2000 });       // the next answer ends after 2000 bytes, and the connection with it
 *   proxy.always('CurrentTime', { status: 503 });         // until proxy.calm()
 *
 * Faults are told by method, since that is what a client sees. Times are rewritten in both directions when a clock is set.
 */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface Fault {
  /** The answer stops after so many bytes and the connection ends. */
  readonly cut?: number;
  /** Nothing is answered for so many milliseconds. */
  readonly stall?: number;
  /** This status and a page of HTML in place of the answer. */
  readonly status?: number;
  /** The type that the answer says to have. */
  readonly contentType?: string;
  /** This fault of vim25 in place of the answer. */
  readonly fault?: string;
  /** The answer with this done to it. */
  readonly rewrite?: (answer: string) => string;
  /** The connection ends before an answer. */
  readonly hangUp?: boolean;
}

/** How the vCenter's clock, in milliseconds, is shown to the client, and back. */
export interface ShownClock {
  shown(real: number): number;
  real(shown: number): number;
}

export interface FaultyProxy {
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  /** PEM file of the certificate, which is its own authority and names localhost and 127.0.0.1. */
  readonly certFile: string;
  /** Methods that passed, oldest first. */
  readonly calls: readonly string[];
  /** The bytes of each answer, where `record` was asked for. */
  readonly answers: readonly { readonly method: string; readonly body: Buffer }[];
  next(method: string, ...faults: readonly Fault[]): void;
  always(method: string, fault: Fault): void;
  calm(): void;
  /** Seconds that the vCenter seems to be ahead, or a clock of any kind. */
  clock(skew: number | ShownClock): void;
  /** Nobody is there any more: connections end, new ones are refused. */
  close(): Promise<void>;
  /** It is there again, with another certificate when one is asked for. */
  open(options?: { readonly freshCertificate?: boolean }): Promise<void>;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

export async function startFaultyProxy(
  owner: { after(end: () => Promise<void>): void },
  upstream: { readonly url: string },
  options: { readonly record?: boolean } = {},
): Promise<FaultyProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'meterhouse-proxy-'));
  const agent = new Agent({
    connect: { rejectUnauthorized: false },
    headersTimeout: 300_000,
    bodyTimeout: 300_000,
  });
  const proxy = new SpoilingProxy(folder, agent, upstream.url, options.record ?? false);
  await proxy.open({ freshCertificate: true });
  owner.after(async () => {
    await proxy.close();
    await agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return proxy;
}

class SpoilingProxy implements FaultyProxy {
  readonly address = '127.0.0.1';
  readonly certFile: string;
  readonly calls: string[] = [];
  readonly answers: { method: string; body: Buffer }[] = [];
  readonly #folder: string;
  readonly #agent: Agent;
  readonly #upstream: string;
  readonly #record: boolean;
  readonly #next = new Map<string, Fault[]>();
  readonly #always = new Map<string, Fault>();
  readonly #sockets = new Set<Socket>();
  #clock: ShownClock | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(folder: string, agent: Agent, upstream: string, record: boolean) {
    this.#folder = folder;
    this.#agent = agent;
    this.#upstream = upstream;
    this.#record = record;
    this.certFile = join(folder, 'cert.pem');
  }

  get port(): number {
    return this.#port;
  }

  get fingerprint(): string {
    return new X509Certificate(readFileSync(this.certFile)).fingerprint256.replaceAll(':', '').toLowerCase();
  }

  next(method: string, ...faults: readonly Fault[]): void {
    this.#next.set(method, [...(this.#next.get(method) ?? []), ...faults]);
  }

  always(method: string, fault: Fault): void {
    this.#always.set(method, fault);
  }

  calm(): void {
    this.#next.clear();
    this.#always.clear();
  }

  clock(skew: number | ShownClock): void {
    this.#clock =
      typeof skew === 'number'
        ? { shown: (real) => real + skew * 1000, real: (shown) => shown - skew * 1000 }
        : skew;
  }

  async open({ freshCertificate = false } = {}): Promise<void> {
    if (freshCertificate) this.#makeCertificate();
    this.#server = createServer(
      { cert: readFileSync(this.certFile), key: readFileSync(join(this.#folder, 'key.pem')) },
      (question, answer) => {
        this.#pass(question, answer).catch(() => answer.destroy());
      },
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #makeCertificate(): void {
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/O=Tests/CN=vcenter', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-keyout', join(this.#folder, 'key.pem'), '-out', this.certFile],
      ],
      { stdio: 'ignore' },
    );
  }

  async #pass(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of question) chunks.push(chunk as Buffer);
    let body = Buffer.concat(chunks).toString();
    const method = /<soapenv:Body><(\w+)/.exec(body)?.[1] ?? 'unknown';
    this.calls.push(method);
    const fault = this.#next.get(method)?.shift() ?? this.#always.get(method) ?? this.#always.get('*') ?? {};
    if (fault.hangUp) return void question.socket.destroy();
    if (fault.stall !== undefined) await sleep(fault.stall, undefined, { ref: false });
    if (fault.status !== undefined) {
      answer
        .writeHead(fault.status, { 'content-type': 'text/html' })
        .end('<html><body>no healthy upstream</body></html>');
      return;
    }
    if (fault.fault !== undefined) {
      answer.writeHead(500, { 'content-type': 'text/xml; charset=utf-8' }).end(faultBody(fault.fault));
      return;
    }
    const clock = this.#clock;
    if (clock !== undefined) body = retimed(body, (time) => clock.real(time));
    const response = await request(this.#upstream, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: {
        'content-type': String(question.headers['content-type'] ?? ''),
        ...(question.headers.cookie !== undefined && { cookie: question.headers.cookie }),
      },
      body,
    });
    const cookies = response.headers['set-cookie'];
    answer.writeHead(response.statusCode, {
      'content-type': fault.contentType ?? String(response.headers['content-type'] ?? ''),
      ...(cookies !== undefined && { 'set-cookie': cookies }),
    });
    const spoiled = clock !== undefined || fault.rewrite !== undefined || fault.cut !== undefined;
    if (!spoiled && !this.#record) {
      for await (const chunk of response.body) if (!answer.write(chunk)) await drained(answer);
      answer.end();
      return;
    }
    let said: Buffer = Buffer.from(await response.body.arrayBuffer());
    if (clock !== undefined) said = Buffer.from(retimed(said.toString(), (time) => clock.shown(time)));
    if (fault.rewrite !== undefined) said = Buffer.from(fault.rewrite(said.toString()));
    if (this.#record) this.answers.push({ method, body: said });
    if (fault.cut === undefined) {
      answer.end(said);
      return;
    }
    answer.write(said.subarray(0, fault.cut), () => question.socket.destroy());
  }
}

async function drained(answer: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = () => {
      answer.off('drain', go).off('close', go);
      resolve();
    };
    answer.once('drain', go).once('close', go);
  });
}

function retimed(text: string, by: (time: number) => number): string {
  return text.replaceAll(TIME, (time) => new Date(by(Date.parse(time))).toISOString());
}

function faultBody(name: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>' +
    '<faultcode>ServerFaultCode</faultcode><faultstring>spoiled by the proxy</faultstring><detail>' +
    `<${name}Fault xmlns="urn:vim25" xsi:type="${name}"/></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`
  );
}

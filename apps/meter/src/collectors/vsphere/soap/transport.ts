/** SOAP over HTTPS: one vCenter, one session cookie, bounded answers. */
import { performance } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import { CollectorFailure } from '../../../inventory/index.ts';
import { failureOf, readCertificate, type Trust, trustedConnector } from '../certificate.ts';
import { AnswerError, type Each, readAnswer } from './read-answer.ts';
import { faultIn } from './vim-fault.ts';
import { envelope, type Reference } from './write-request.ts';
import type { XmlElement } from './xml-element.ts';

/** A vCenter thinks for a while over a large inventory; once it speaks it goes on speaking. */
const THINKING = 120_000;
const SILENCE = 60_000;
/** 50,000 machines with all that is asked for are a tenth of it. */
const LONGEST_ANSWER = 2 ** 30;

export interface Traffic {
  requests: number;
  bytes: number;
}

export interface Call {
  readonly method: string;
  readonly on: Reference;
  /** Arguments, made by `element` and `reference`. */
  readonly with?: string;
  /** Elements that are handed over as they come. */
  readonly each?: Each;
  /** Milliseconds that the vCenter may take before it begins to answer, beyond the usual. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  /** The element `…Response`. */
  readonly response: XmlElement;
  /** When its first byte came, by `performance.now()`: what it tells was true then at the latest. */
  readonly heardAt: number;
}

export class Transport {
  readonly #trust: Trust;
  readonly #agent: Agent;
  readonly #traffic: Traffic;
  #cookie: string | undefined;

  private constructor(trust: Trust, agent: Agent, traffic: Traffic) {
    this.#trust = trust;
    this.#agent = agent;
    this.#traffic = traffic;
  }

  /** @throws CollectorFailure when the authority to trust cannot be read */
  static async open(trust: Trust, traffic: Traffic): Promise<Transport> {
    const connect = await trustedConnector(trust);
    return new Transport(trust, new Agent({ connect, connections: 4, pipelining: 1 }), traffic);
  }

  /**
   * @throws VimFault what the vCenter refuses
   * @throws CollectorFailure when it cannot be reached, stops in the middle or does not speak vim25
   * @throws the signal's reason when it was aborted
   */
  async call({ method, on, with: inner = '', each, patience = 0, signal }: Call): Promise<Answer> {
    const { address, port } = this.#trust;
    try {
      this.#traffic.requests += 1;
      const { statusCode, headers, body } = await request(`https://${host(address)}:${port}/sdk`, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          // The version of vCenter 6.5, the oldest that is looked after: newer ones answer in its words.
          soapaction: '"urn:vim25/6.5"',
          ...(this.#cookie !== undefined && { cookie: this.#cookie }),
        },
        body: envelope(method, on, inner),
        headersTimeout: THINKING + patience,
        bodyTimeout: SILENCE,
        signal: signal ?? null,
      });
      const heardAt = performance.now();
      this.#keepCookie(headers['set-cookie']);
      const type = String(headers['content-type'] ?? '');
      // A fault comes with status 500 and says what is wrong in its body.
      if ((statusCode !== 200 && statusCode !== 500) || !/\bxml\b/.test(type)) {
        await body.dump({ limit: 65_536 });
        throw this.#strange(method, statusCode, type);
      }
      const root = await readAnswer(this.#counted(body), each);
      const soapBody = root.child('Body');
      if (root.name !== 'Envelope' || soapBody === undefined) throw this.#strange(method, statusCode, type);
      const fault = faultIn(soapBody, method);
      if (fault !== undefined) throw fault;
      const response = soapBody.child(`${method}Response`);
      if (response === undefined) throw this.#strange(method, statusCode, type);
      return { response, heardAt };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw await this.#explained(error, method);
    }
  }

  /** The session that a cookie stands for is over, or another one is to begin. */
  forgetSession(): void {
    this.#cookie = undefined;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #keepCookie(said: string | string[] | undefined): void {
    for (const line of said === undefined ? [] : [said].flat()) {
      const [pair] = line.split(';', 1);
      if (pair?.startsWith('vmware_soap_session=')) this.#cookie = pair;
    }
  }

  async *#counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const chunk of body) {
      length += chunk.length;
      this.#traffic.bytes += chunk.length;
      if (length > LONGEST_ANSWER)
        throw new AnswerError(`The answer is longer than ${LONGEST_ANSWER} bytes.`);
      yield chunk;
    }
  }

  #strange(method: string, status: number, type: string): CollectorFailure {
    const { address, port } = this.#trust;
    if (status >= 502 && status <= 504)
      return new CollectorFailure(
        'service-unavailable',
        `${address}:${port} answered ${method} with HTTP ${status}.`,
      );
    return new CollectorFailure(
      'answer-not-understood',
      `${address}:${port} answered ${method} with HTTP ${status} and ${type || 'no content type'}: is it a vCenter?`,
    );
  }

  /** @returns what to throw: a fault or a failure, with the fingerprint where a certificate is not trusted */
  async #explained(error: unknown, method: string): Promise<unknown> {
    const { address, port } = this.#trust;
    if (error instanceof Error && error.name === 'VimFault') return error;
    if (error instanceof AnswerError) {
      const cut =
        error.message === 'The answer ends in the middle.' || /unclosed|unexpected end/.test(error.message);
      return new CollectorFailure(
        cut ? 'connection-lost' : 'answer-not-understood',
        `${address}:${port}, ${method}: ${error.message}`,
        { cause: error },
      );
    }
    const failure = failureOf(error, address, port);
    if (failure.code !== 'certificate-not-trusted') return failure;
    const shown = await readCertificate(address, port).catch(() => undefined);
    if (shown === undefined) return failure;
    return new CollectorFailure(
      'certificate-not-trusted',
      `${failure.message}. It shows SHA-256 ${shown.fingerprint} of ${oneLine(shown.subject)}, issued by ${oneLine(shown.issuer)}: accept that fingerprint, or name the authority to trust.`,
      { needsPerson: true, cause: error },
    );
  }
}

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function oneLine(name: string): string {
  return name.split('\n').join(', ').slice(0, 200);
}

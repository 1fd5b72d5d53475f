import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import type { Answer } from './house.ts';

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
}

/** A request with its path and method exactly as given, which `fetch` would tidy up. */
export function callRaw(
  url: string,
  method: string,
  path: string,
  { headers = {}, body }: RawRequest = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, agent: false, headers }, async (response) =>
      resolve(await read(response)),
    );
    // Who is answered before the body is through may find the connection closed under it; the answer counts.
    sent.on('error', reject);
    sent.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return {
    status: response.statusCode ?? 0,
    headers: new Headers(response.headers as Record<string, string>),
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

/** Sends these bytes over a connection and gives all that comes back until it is closed. */
export function talk(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (piece) => {
      heard += piece.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

/** An upload whose body is sent piece by piece. */
export function openUpload(
  url: string,
  agentId: string,
  { bearer, length }: { bearer: string; length: number },
) {
  const { hostname, port } = new URL(url);
  const sent = request({
    hostname,
    port,
    method: 'POST',
    path: `/usage/api/v1/agents/${agentId}/uploads`,
    agent: false,
    headers: {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/vnd.meterhouse.usage+gzip',
      'content-length': length,
    },
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response) => resolve(await read(response)));
  });
  // Who breaks the connection off on purpose does not wait for the answer.
  answer.catch(() => undefined);
  return {
    answer,
    send: (piece: Uint8Array) => void sent.write(piece),
    breakOff: () => void sent.destroy(),
    /** Until the service is known to take it: its gauge counts it. */
    async isTaken(atLeast = 1): Promise<void> {
      const end = Date.now() + 10_000;
      for (;;) {
        const text = await (await fetch(`${url}/metrics`)).text();
        const inFlight = Number(/^(?:meterhouse_)?uploads_in_flight (\d+)/m.exec(text)?.[1]);
        if (inFlight >= atLeast) return;
        if (Date.now() > end) throw new Error(`${inFlight} uploads are taken, not ${atLeast}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

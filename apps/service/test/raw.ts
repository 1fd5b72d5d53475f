import { request } from 'node:http';
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
    const sent = request({ hostname, port, method, path, agent: false, headers }, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      const type = response.headers['content-type'] ?? '';
      resolve({
        status: response.statusCode ?? 0,
        headers: new Headers(response.headers as Record<string, string>),
        text,
        json: /json/.test(type) && text !== '' ? JSON.parse(text) : undefined,
      });
    });
    // Who is answered before the body is through may find the connection closed under it; the answer counts.
    sent.on('error', reject);
    sent.end(body);
  });
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

import type { Client, Sent } from '@meterhouse/client';
import { fileBody } from '@meterhouse/client/node';
import type { StoredPackage } from '../spool/index.ts';

/** Milliseconds. */
export interface Patience {
  /** Without a byte of the package going out. */
  readonly idle: number;
  /** Between the last byte and the answer: the service checks every record and syncs it all first. */
  readonly answer: number;
}

export const PATIENCE: Patience = Object.freeze({ idle: 120_000, answer: 600_000 });

/**
 * Sends one package, read from the disk as it goes out. A connection on which nothing moves is given up; the package is whole
 * where it is and can be sent again.
 * @throws ProblemError, ConnectionError, ServiceRefusal, or the reason of `signal`
 */
export async function sendPackage(
  client: Client,
  { agent, path, bytes }: StoredPackage,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<Sent> {
  const stalled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const allow = (milliseconds: number, waitedFor: string) => {
    clearTimeout(timer);
    timer = setTimeout(
      () => stalled.abort(new Error(`no ${waitedFor} for ${milliseconds / 1000} s`)),
      milliseconds,
    );
  };
  const body = fileBody(path, {
    onBytes: (sent) =>
      sent < bytes ? allow(patience.idle, 'byte of the package was taken') : allow(patience.answer, 'answer'),
  });
  // Signing in has its own limit, which is within this one.
  allow(patience.idle, 'byte of the package was taken');
  try {
    return await client.uploads.send(agent, body, {
      // With its length the service knows before the first byte whether it has room.
      headers: { 'content-length': String(bytes) },
      signal: AbortSignal.any([signal, stalled.signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}

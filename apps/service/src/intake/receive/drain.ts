import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_MILLISECONDS = 5_000;

/**
 * Lets the rest of a body run by before it is answered early: most clients read the answer only when they are through, and
 * take a closed connection for a failure of the network. Who has much more to send, or is slow, is answered at once.
 */
export async function drain(body: Readable): Promise<void> {
  if (body.readableEnded || body.destroyed) return;
  const enough = new AbortController();
  let bytes = 0;
  const ended = new Promise<void>((resolve) => {
    body.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > MOST_BYTES) resolve();
    });
    body
      .once('end', resolve)
      .once('error', () => resolve())
      .once('close', resolve);
  });
  await Promise.race([
    ended,
    sleep(MOST_MILLISECONDS, undefined, { signal: enough.signal, ref: false }).catch(() => undefined),
  ]);
  enough.abort();
  body.pause();
}

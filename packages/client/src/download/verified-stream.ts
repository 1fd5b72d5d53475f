import type { ConnectionError } from '../errors.ts';
import type { ByteCheck } from './check-bytes.ts';

/** The rest of a file from a byte on; `offset` says where it really begins, which may be earlier. */
export interface Rest {
  readonly offset: number;
  readonly body: ReadableStream<Uint8Array>;
}

export interface VerifiedStreamOptions {
  readonly first: ReadableStream<Uint8Array>;
  readonly check: ByteCheck;
  /** Opens the rest of the same bytes, after the connection was lost. */
  readonly reopen: (offset: number) => Promise<Rest>;
  /** How often in a row it is reopened without a byte having come. */
  readonly attempts: number;
  /** Says that the caller has ended it, or its time is over: then it is not reopened. */
  readonly ended: () => boolean;
  /** The error of an end that was not the connection's. */
  readonly reasonOfEnd: (error: unknown) => unknown;
  readonly lost: (cause: unknown) => ConnectionError;
}

/**
 * The bytes of a file, checked. It is in one of three states: reading (pieces are hashed and handed on); broken, after which
 * the rest is opened from the byte that is missing, so that a long download survives a lost connection; at its end, where the
 * sums are compared: the stream then closes, or fails with a ChecksumError, so that whoever read to the end without an error
 * has the announced bytes.
 */
export function verifiedStream(options: VerifiedStreamOptions): ReadableStream<Uint8Array> {
  const { check, reopen, attempts, ended } = options;
  let reader = options.first.getReader();
  /** Bytes at the begin of the rest that were taken already. */
  let surplus = 0;
  let fruitless = 0;

  async function nextPiece(): Promise<Uint8Array | undefined> {
    for (;;) {
      try {
        const { done, value } = await reader.read();
        if (done) return undefined;
        const piece = surplus === 0 ? value : value.subarray(Math.min(surplus, value.length));
        surplus -= value.length - piece.length;
        if (piece.length === 0) continue;
        fruitless = 0;
        return piece;
      } catch (error) {
        if (ended()) throw options.reasonOfEnd(error);
        fruitless += 1;
        if (fruitless >= attempts) throw options.lost(error);
        const rest = await reopen(check.taken);
        surplus = check.taken - rest.offset;
        reader = rest.body.getReader();
      }
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await nextPiece();
        if (piece === undefined) {
          check.finish();
          controller.close();
          return;
        }
        check.take(piece);
        controller.enqueue(piece);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is fetched before it is wanted.
    { highWaterMark: 0 },
  );
}

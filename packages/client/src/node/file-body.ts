import { createReadStream } from 'node:fs';
import type { Body } from '../calls/body.ts';

export interface FileBodyOptions {
  /** Told how many bytes of the file are on their way; begins again with each attempt. */
  readonly onBytes?: ((sent: number) => void) | undefined;
}

/** As large as the service reads at once; more only waits in memory. */
const PIECE_BYTES = 262_144;

/**
 * The body of an upload, read from a file as it is sent, and from its beginning again for each attempt.
 *
 * @example await client.uploads.send(agentId, fileBody('2023-01-05.mhu'));
 */
export function fileBody(path: string, { onBytes }: FileBodyOptions = {}): () => Body {
  return () => {
    const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
    const pieces = file[Symbol.asyncIterator]();
    let sent = 0;
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await pieces.next();
          if (done) return controller.close();
          sent += value.length;
          controller.enqueue(value);
          onBytes?.(sent);
        },
        cancel: () => void file.destroy(),
      },
      { highWaterMark: 0 },
    );
  };
}

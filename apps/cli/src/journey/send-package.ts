import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { PACKAGE_MEDIA_TYPE, type UploadAnswer } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import { withRetries } from '../http/retry.ts';
import type { PackageFile } from './package-file.ts';

export interface SendOptions {
  /** An administrator's reason, for a package that corrects. */
  readonly correction?: string;
  /** Bytes of this file that are on their way; starts again with each attempt. */
  readonly onBytes?: (sent: number) => void;
  readonly onRetry?: (error: unknown, pauseMs: number) => void;
}

export interface Sent {
  /** True when the service had this package already: the answer is its first one. */
  readonly known: boolean;
  readonly answer: UploadAnswer;
}

/**
 * Hands a package over. It may be sent any number of times, since the service knows it by its digest; so what fails on the way
 * is tried again.
 * @throws AnswerError when the service refuses it
 */
export async function sendPackage(
  client: Client,
  file: PackageFile,
  options: SendOptions = {},
): Promise<Sent> {
  const { correction, onBytes, onRetry } = options;
  return withRetries(async () => {
    const response = await client.send(`/usage/api/v1/agents/${file.header.agent}/uploads`, {
      method: 'POST',
      query: { correction },
      headers: { 'content-type': PACKAGE_MEDIA_TYPE, 'content-length': String(file.bytes) },
      body: Readable.from(counted(file.path, onBytes), { objectMode: false }),
    });
    return { known: response.status === 200, answer: JSON.parse(await response.body.text()) as UploadAnswer };
  }, onRetry);
}

async function* counted(
  path: string,
  onBytes?: (sent: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let sent = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    yield piece;
    sent += piece.length;
    onBytes?.(sent);
  }
}

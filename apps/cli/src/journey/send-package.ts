import { type Retry, withRetries } from '@meterhouse/client';
import { fileBody } from '@meterhouse/client/node';
import { PACKAGE_MEDIA_TYPE, type UploadAnswer } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import type { PackageFile } from './package-file.ts';

export interface SendOptions {
  /** An administrator's reason, for a package that corrects. */
  readonly correction?: string;
  /** Bytes of this file that are on their way; starts again with each attempt. */
  readonly onBytes?: (sent: number) => void;
  readonly onRetry?: (retry: Retry) => void;
}

export interface Sent {
  /** True when the service had this package already: the answer is its first one. */
  readonly known: boolean;
  readonly answer: UploadAnswer;
}

/**
 * Hands a package over. It may be sent any number of times, since the service knows it by its digest; so what fails on the way
 * is tried again.
 * @throws ProblemError when the service refuses it
 */
export async function sendPackage(
  client: Client,
  file: PackageFile,
  options: SendOptions = {},
): Promise<Sent> {
  const { correction, onBytes, onRetry } = options;
  const send = async () => {
    const response = await client.send(`/usage/api/v1/agents/${file.header.agent}/uploads`, {
      method: 'POST',
      query: { correction },
      headers: { 'content-type': PACKAGE_MEDIA_TYPE, 'content-length': String(file.bytes) },
      body: fileBody(file.path, { onBytes }),
    });
    return { known: response.status === 200, answer: JSON.parse(await response.text()) as UploadAnswer };
  };
  return withRetries(send, { onRetry });
}

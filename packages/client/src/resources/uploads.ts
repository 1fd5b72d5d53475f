import type { BodySource } from '../calls/body.ts';
import { fillPath, queryOf, type Send } from '../calls/request.ts';
import type { Transport } from '../calls/transport.ts';
import { createListing, type Listing } from '../listing.ts';
import type { CallOptions, Data, ItemOf, QueryOf } from '../wire.ts';

const UPLOADS = '/usage/api/v1/agents/{agentId}/uploads';
const UPLOAD = '/usage/api/v1/agents/{agentId}/uploads/{uploadId}';
const PACKAGE_TYPE = 'application/vnd.meterhouse.usage+gzip';

export type Upload = Data<'GET', typeof UPLOAD>;
export type UploadItem = ItemOf<typeof UPLOADS>;
/** The outcome of a package; `known`: the service had it already, and this is its first answer. */
export type Sent = Data<'POST', typeof UPLOADS> & { readonly known: boolean };

export interface SendOptions extends CallOptions {
  /** An administrator's reason, for a package that corrects. */
  readonly correction?: string | undefined;
}

export interface Uploads {
  /**
   * Sends a package as it was signed. The service knows it by its digest, so it may be sent any number of times, and is sent
   * again when the way failed, unless `body` is a stream, whose bytes are then gone: give a function that opens one.
   *
   * @example await client.uploads.send(agentId, () => file.stream());
   * @throws ProblemError `package-refused` with every fault and its line
   */
  send(agentId: string, body: BodySource, options?: SendOptions): Promise<Sent>;
  list(agentId: string, query?: QueryOf<typeof UPLOADS>, options?: CallOptions): Listing<UploadItem>;
  /** One upload, with the outcome of each slice or every fault. */
  get(agentId: string, uploadId: string, options?: CallOptions): Promise<Upload>;
}

export function createUploads(send: Send, transport: Transport): Uploads {
  return {
    send: (agentId, body, { correction, headers, signal, timeout } = {}) =>
      transport.send(
        {
          method: 'POST',
          path: fillPath(UPLOADS, { agentId }),
          query: queryOf({ correction }),
          headers: { accept: 'application/json', 'content-type': PACKAGE_TYPE, ...headers },
          body,
          repeatable: true,
          signal,
          timeout,
        },
        async (response) =>
          ({ ...JSON.parse(await response.text()), known: response.status === 200 }) as Sent,
      ),
    list: (agentId, query, options) =>
      createListing<UploadItem>(send, UPLOADS, { ...options, path: { agentId }, query }),
    async get(agentId, uploadId, options) {
      return (await send('GET', UPLOAD, { ...options, path: { agentId, uploadId } })).data as Upload;
    },
  };
}

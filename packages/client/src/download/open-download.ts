import { deadlineOf } from '../calls/deadline.ts';
import type { RetryPolicy } from '../calls/retry.ts';
import type { Call, Transport } from '../calls/transport.ts';
import { ChecksumError, ConnectionError } from '../errors.ts';
import { type Announced, beginOfRange, fileNameOf, sha256OfReprDigest } from './announced.ts';
import { checkBytes } from './check-bytes.ts';
import { type Rest, verifiedStream } from './verified-stream.ts';

/** A file on its way. Its bytes come once: by `stream`, `bytes()` or `text()`. */
export interface Download {
  readonly contentType: string;
  /** As the service names it; undefined when it does not. */
  readonly fileName: string | undefined;
  /** Bytes, as they are sent; undefined when the service does not say. */
  readonly contentLength: number | undefined;
  readonly etag: string | undefined;
  /** The bytes as they are kept, packed. Fails at its end when they are not the announced ones. */
  readonly stream: ReadableStream<Uint8Array>;
  /** All bytes, checked. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The text of them, unpacked where they are gzip, checked. */
  text(): Promise<string>;
}

interface Opened {
  readonly response: Response;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Opens a file and gives its bytes, checked against what is announced here and what the answer says of them.
 * @param what names the file in errors
 */
export async function openDownload(
  transport: Transport,
  call: Omit<Call, 'method' | 'repeatable' | 'timeout'> & { readonly timeout?: number | undefined },
  {
    what,
    announced,
    retry,
  }: { readonly what: string; readonly announced: Announced; readonly retry: RetryPolicy },
): Promise<Download> {
  // One deadline for the whole: the body is read after the call has been answered.
  const deadline = deadlineOf(call.signal, call.timeout);
  const open = (headers: Readonly<Record<string, string>> = {}) =>
    transport.send<Opened>(
      {
        ...call,
        method: 'GET',
        // Asked for packed or not, the file is to come as it is: fetch would unpack what is encoded for the way.
        headers: { 'accept-encoding': 'identity', ...call.headers, ...headers },
        repeatable: true,
        signal: deadline.signal,
        timeout: undefined,
      },
      async (response) => ({ response, body: response.body ?? new Blob([]).stream() }),
    );
  const timedOut = () =>
    new ConnectionError(`${what} did not come within ${call.timeout} ms`, {
      code: 'timeout',
      method: 'GET',
      url: call.path,
    });
  const { response, body } = await open().catch((error: unknown) => {
    throw deadline.timedOut() ? timedOut() : error;
  });
  const header = (name: string) => response.headers.get(name);
  const encoded = header('content-encoding');
  const said = header('content-length');
  const length = said === null || encoded !== null ? undefined : Number(said);
  const hint =
    encoded === null
      ? undefined
      : `it came with Content-Encoding ${encoded}, which has been undone on the way`;
  const sha256 = announced.sha256 ?? sha256OfReprDigest(header('repr-digest'));
  const check = checkBytes(what, { ...announced, length: announced.length ?? length, sha256 }, hint);
  const etag = header('etag') ?? undefined;
  const stream = verifiedStream({
    first: body,
    check,
    attempts: retry.attempts,
    ended: () => deadline.signal?.aborted === true,
    reasonOfEnd: (error) => (deadline.timedOut() ? timedOut() : (deadline.signal?.reason ?? error)),
    lost: (cause) =>
      new ConnectionError(`${what} broke off after ${check.taken} bytes`, {
        code: 'connection-lost',
        method: 'GET',
        url: call.path,
        cause,
      }),
    reopen: (offset) => openRest(open, { what, offset, etag }),
  });
  const contentType = header('content-type') ?? 'application/octet-stream';
  return {
    contentType,
    fileName: fileNameOf(header('content-disposition')),
    contentLength: announced.length ?? length,
    etag,
    stream,
    bytes: async () => new Uint8Array(await new Response(stream).arrayBuffer()),
    text: () => textOf(stream, contentType),
  };
}

async function openRest(
  open: (headers: Readonly<Record<string, string>>) => Promise<Opened>,
  {
    what,
    offset,
    etag,
  }: { readonly what: string; readonly offset: number; readonly etag: string | undefined },
): Promise<Rest> {
  if (offset === 0) return { offset, body: (await open({})).body };
  // A weak tag does not promise the same bytes, so that it cannot continue them.
  const sameBytes = etag?.startsWith('"') ? { 'if-range': etag } : undefined;
  const { response, body } = await open(sameBytes ? { range: `bytes=${offset}-`, ...sameBytes } : {});
  const begin = response.status === 206 ? beginOfRange(response.headers.get('content-range')) : 0;
  const now = response.headers.get('etag') ?? undefined;
  if (begin !== undefined && begin <= offset && now === etag) return { offset: begin, body };
  await body.cancel();
  throw new ChecksumError({
    what,
    algorithm: 'length',
    expected: `the rest from byte ${offset} of ${etag ?? 'the same file'}`,
    actual: `from byte ${begin ?? '?'} of ${now ?? 'a file without ETag'}`,
  });
}

async function textOf(stream: ReadableStream<Uint8Array>, contentType: string): Promise<string> {
  if (!/gzip/i.test(contentType)) return new Response(stream).text();
  const unpacked = (stream as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
    new DecompressionStream('gzip'),
  );
  return new Response(unpacked).text();
}

/** What can be sent. A stream can be sent once; a function gives a fresh one for each attempt. */
export type Body = string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
export type BodySource = Body | (() => Body | Promise<Body>);

/** A call whose body is a stream cannot be made again: its bytes are gone. */
export function isSentOnce(source: BodySource | undefined): boolean {
  return source instanceof ReadableStream;
}

export async function openBody(source: BodySource | undefined): Promise<Body | undefined> {
  return typeof source === 'function' ? source() : source;
}

import type { Readable } from 'node:stream';

/**
 * Where packages, receipts and reports are kept as whole files under keys such as `packages/<org>/<agent>/1/7.json.gz`.
 * A key is written once; writing it again with other bytes is an error, with the same bytes it is a success.
 * Keys are made of `[A-Za-z0-9._-]` segments joined by `/`, so none can leave the archive.
 */
export interface Archive {
  /**
   * Takes over the file at `sourcePath`: by a link on the same file system, else by a copy. Returns when file and folders are
   * synced and the old name is gone; when it throws, the old name is still there.
   */
  take(key: string, sourcePath: string): Promise<void>;
  /** Keeps these bytes under `key`. Returns when they are synced. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * The bytes, or those of a range: from `start` to before `end`.
   *
   * @throws problem `archive-missing` when there is no such key
   */
  read(key: string, range?: { start: number; end: number }): Promise<Readable>;
  /**
   * All bytes of a small file in one piece, which takes less than half the work of a stream.
   *
   * @param length that the file must have
   * @throws problem `archive-missing` when there is no such key; an error when its file is longer or shorter
   */
  readWhole(key: string, length: number): Promise<Buffer>;
  /** Size in bytes, or undefined when there is no such key. */
  size(key: string): Promise<number | undefined>;
  /** A path the engine can read the bytes from, and what to call when it is no longer needed. */
  localCopy(key: string): Promise<{ path: string; release(): Promise<void> }>;
  /** Keys below a prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
  remove(key: string): Promise<void>;
  /** Bytes free for more, to refuse uploads below the reserve. */
  freeBytes(): Promise<number>;
}

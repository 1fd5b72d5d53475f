/** The bytes of a package, taken one after the other: member 1 by a look ahead, the parts by their lengths. */
export class PackageSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #head: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, fewer only at the end; they stay to be taken. */
  async peek(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [this.#head];
    let have = this.#head.length;
    while (have < length && !this.#ended) {
      const piece = await this.#next();
      pieces.push(piece);
      have += piece.length;
    }
    this.#head = pieces.length === 1 ? this.#head : Buffer.concat(pieces, have);
    return this.#head.subarray(0, length);
  }

  /** Takes up to `length` bytes, in pieces as they come. */
  async *take(length: number): AsyncGenerator<Buffer, void, undefined> {
    let left = length;
    while (left > 0) {
      if (this.#head.length === 0) this.#head = await this.#next();
      if (this.#head.length === 0) return;
      const piece = this.#head.subarray(0, left);
      this.#head = this.#head.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** True when nothing is left. */
  async atEnd(): Promise<boolean> {
    return (await this.peek(1)).length === 0;
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }

  /** The next piece that is not empty; empty only at the end. */
  async #next(): Promise<Buffer> {
    while (!this.#ended) {
      const { done, value } = await this.#chunks.next();
      if (done) this.#ended = true;
      else if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return Buffer.alloc(0);
  }
}

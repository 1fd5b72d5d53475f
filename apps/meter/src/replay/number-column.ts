/** A column of unsigned 32-bit numbers that grows by doubling: 4 bytes a row. */
export class NumberColumn {
  #values = new Uint32Array(1024);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Uint32Array(this.#values.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length++] = value;
  }

  /** A view of what was pushed. */
  values(): Uint32Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Cuts the bytes of a part into lines of text: UTF-8 only, each line ended by LF, none longer than the limit. */
import { isUtf8 } from 'node:buffer';
import { LIMITS } from '@meterhouse/contract';
import type { FaultCode } from './faults.ts';

const LF = 10;

/** Takes what is read, in order. */
export interface LineSink {
  /** `line` counts from 1. */
  text(text: string, line: number): void;
  fault(code: FaultCode, message: string, line: number): void;
}

export class LineCutter {
  /** Lines met, each once, good or bad. */
  lines = 0;
  #rest: Buffer = Buffer.alloc(0);
  /** Inside a line that is too long, waiting for its end. */
  #skipping = false;
  readonly #sink: LineSink;

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  push(piece: Buffer): void {
    const end = piece.lastIndexOf(LF) + 1;
    if (end > 0) {
      this.#block(
        this.#rest.length > 0 ? Buffer.concat([this.#rest, piece.subarray(0, end)]) : piece.subarray(0, end),
      );
      this.#rest = piece.subarray(end);
    } else this.#rest = Buffer.concat([this.#rest, piece]);
    if (this.#rest.length > LIMITS.lineBytes) {
      if (!this.#skipping) this.#tooLong(this.lines + 1);
      this.#skipping = true;
      this.#rest = Buffer.alloc(0);
    }
  }

  /** To be called when the part ends. */
  end(): void {
    if (this.#rest.length === 0 && !this.#skipping) return;
    this.lines++;
    this.#sink.fault('line-unfinished', 'the last line does not end in LF', this.lines);
  }

  /** Whole lines. A block is looked at once for UTF-8; only where that fails, line by line. */
  #block(block: Buffer): void {
    let start = 0;
    if (this.#skipping) {
      this.#skipping = false;
      this.lines++;
      start = block.indexOf(LF) + 1;
    }
    const bytes = block.subarray(start);
    if (isUtf8(bytes)) this.#lines(bytes.toString('utf8'), bytes.length);
    else this.#bytes(bytes);
  }

  #lines(text: string, bytes: number): void {
    // One byte a character: lengths in characters are lengths in bytes.
    const ascii = text.length === bytes;
    for (let from = 0, to = text.indexOf('\n'); to >= 0; from = to + 1, to = text.indexOf('\n', from)) {
      const line = text.slice(from, to);
      this.lines++;
      if ((ascii ? line.length : Buffer.byteLength(line)) > LIMITS.lineBytes) this.#tooLong(this.lines);
      else this.#sink.text(line, this.lines);
    }
  }

  #bytes(block: Buffer): void {
    for (let from = 0, to = block.indexOf(LF); to >= 0; from = to + 1, to = block.indexOf(LF, from)) {
      const line = block.subarray(from, to);
      this.lines++;
      if (line.length > LIMITS.lineBytes) this.#tooLong(this.lines);
      else if (isUtf8(line)) this.#sink.text(line.toString('utf8'), this.lines);
      else this.#sink.fault('bad-utf8', 'is not UTF-8', this.lines);
    }
  }

  #tooLong(line: number): void {
    this.#sink.fault('line-too-long', `is longer than ${LIMITS.lineBytes} bytes`, line);
  }
}

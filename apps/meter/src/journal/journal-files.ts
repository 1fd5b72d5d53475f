/**
 * The files of a journal: `journal.ndjson` is written to, `journal.1.ndjson` and `journal.2.ndjson` are the ones before it. Only
 * the owner may read them.
 */
import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Line, readLine } from './entries.ts';

const FILES = ['journal.ndjson', 'journal.1.ndjson', 'journal.2.ndjson'] as const;

/** The file that is written to. Writes are synchronous: what happened last before a crash is what one wants to read. */
export class JournalFile {
  readonly #dir: string;
  readonly #limit: number;
  #file: number;
  #size: number;
  #torn: boolean;

  /** @param limit bytes of all files together. @throws what the system says of a folder that cannot be written to */
  constructor(dir: string, limit: number) {
    this.#dir = dir;
    this.#limit = Math.floor(limit / FILES.length);
    this.#file = openSync(join(dir, FILES[0]), 'a+', 0o600);
    this.#size = fstatSync(this.#file).size;
    this.#torn = this.#endsTorn();
  }

  /** @throws what the system says, such as ENOSPC */
  append(line: string): void {
    if (this.#size > 0 && this.#size + Buffer.byteLength(line) > this.#limit) this.#rotate();
    // What a crash or a full disk left of a line stands alone, so that this one is whole.
    const whole = this.#torn ? `\n${line}` : line;
    this.#torn = true;
    this.#write(whole);
    this.#torn = false;
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(line: string): void {
    const bytes = Buffer.from(line);
    let written = 0;
    while (written < bytes.length) {
      const more = writeSync(this.#file, bytes, written);
      written += more;
      this.#size += more;
    }
  }

  #endsTorn(): boolean {
    if (this.#size === 0) return false;
    const last = Buffer.alloc(1);
    readSync(this.#file, last, 0, 1, this.#size - 1);
    return last[0] !== 0x0a;
  }

  #rotate(): void {
    rmSync(join(this.#dir, FILES[2]), { force: true });
    for (const at of [1, 0] as const)
      moveWhereThere(join(this.#dir, FILES[at]), join(this.#dir, FILES[at + 1]!));
    const next = openSync(join(this.#dir, FILES[0]), 'a+', 0o600);
    closeSync(this.#file);
    this.#file = next;
    this.#size = fstatSync(next).size;
    this.#torn = this.#endsTorn();
  }
}

/** Every line that can be read, from the oldest; a line that cannot is passed over. */
export async function* journalLines(dir: string): AsyncGenerator<Line> {
  for (const name of FILES.toReversed()) {
    const input = createReadStream(join(dir, name), 'utf8');
    try {
      for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        const line = text === '' ? undefined : readLine(text);
        if (line !== undefined) yield line;
      }
    } catch (error) {
      // Not there yet, or just moved on.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      input.destroy();
    }
  }
}

function moveWhereThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * The names behind what was hidden: `<dir>/names/2026-11.ndjson`, one line for each name that an hour of that month carries,
 * appended as names are met and synced. It never leaves this machine; without it a report cannot be given its names back.
 *
 * A line that was torn by a crash is passed over, and its name is met again with the next hour.
 */

import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { NamedAttribute } from './hide.ts';

export interface NameLine {
  readonly hidden: string;
  readonly plain: string;
  readonly attribute: NamedAttribute;
  /** First hour of the month with this name. */
  readonly seen: string;
}

const folderOf = (dir: string) => join(dir, 'names');
const MONTH_FILE = /^\d{4}-\d{2}\.ndjson$/;

/** Appends names, many at once; what cannot be written is tried again with the next. */
export class NamesFile {
  readonly #dir: string;
  readonly #onFault: (error: Error) => void;
  /** Lines by month. */
  #waiting = new Map<string, string[]>();
  #writing: Promise<void> | undefined;

  constructor(dir: string, onFault: (error: Error) => void) {
    this.#dir = dir;
    this.#onFault = onFault;
  }

  /** @param month `2026-11` */
  add(month: string, line: NameLine): void {
    const lines = this.#waiting.get(month);
    const text = `${JSON.stringify(line)}\n`;
    if (lines === undefined) this.#waiting.set(month, [text]);
    else lines.push(text);
    this.#writing ??= this.#write();
  }

  /** Ends when every name so far is synced, or could not be. */
  async flush(): Promise<void> {
    if (this.#writing === undefined && this.#waiting.size > 0) this.#writing = this.#write();
    await this.#writing;
  }

  async #write(): Promise<void> {
    // An hour tells thousands of names in one go: they are one write.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.size > 0) {
        const [month, lines] = this.#waiting.entries().next().value!;
        this.#waiting.delete(month);
        try {
          await append(folderOf(this.#dir), `${month}.ndjson`, lines.join(''));
        } catch (error) {
          this.#waiting.set(month, [...lines, ...(this.#waiting.get(month) ?? [])]);
          this.#onFault(error as Error);
          return;
        }
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

async function append(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(join(folder, name), 'a+', 0o600);
  let isNew: boolean;
  try {
    const { size } = await file.stat();
    isNew = size === 0;
    await file.appendFile((await isTorn(file, size)) ? `\n${text}` : text);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) for (const path of [folder, dirname(folder)]) await syncFolder(path);
}

/** A file that was made is there after a crash when its folder is synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** True when the last line has no end. */
async function isTorn(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/** The names of one month; none when there is no file. */
export async function* namesOfMonth(dir: string, month: string): AsyncGenerator<NameLine, void, undefined> {
  yield* linesOf(join(folderOf(dir), `${month}.ndjson`));
}

/** Every name of every month, by what hides it. */
export async function allNames(dir: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const files = await readdir(folderOf(dir)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return [];
  });
  for (const file of files.filter((each) => MONTH_FILE.test(each)).sort())
    for await (const { hidden, plain } of linesOf(join(folderOf(dir), file))) names.set(hidden, plain);
  return names;
}

async function* linesOf(path: string): AsyncGenerator<NameLine, void, undefined> {
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  try {
    for await (const line of lines) {
      const read = nameLine(line);
      if (read !== undefined) yield read;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function nameLine(text: string): NameLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<NameLine>;
    const whole = [line.hidden, line.plain, line.attribute].every((each) => typeof each === 'string');
    return whole ? (line as NameLine) : undefined;
  } catch {
    return undefined;
  }
}

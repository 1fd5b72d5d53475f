import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { PackagePart } from '@meterhouse/contract';
import { FaultLog, type Faults } from '@meterhouse/metering';
import { partPath, type StagedPart } from '../../usage/index.ts';

/**
 * Cuts the parts out of what follows member 1, each to a file of its own, and takes their SHA-256 on the way. What it finds
 * wrong (too short, too long, other bytes than were signed) is no fault of the package but of the way it came.
 */
export class PartCutter {
  readonly parts: StagedPart[] = [];
  readonly #announced: readonly PackagePart[];
  readonly #folder: string;
  readonly #tag: string;
  readonly #log = new FaultLog();
  #index = -1;
  #left = 0;
  #file: FileHandle | undefined;
  #hash: Hash = createHash('sha256');
  #tail: Buffer = Buffer.alloc(0);
  #after = 0;

  constructor(announced: readonly PackagePart[], folder: string, tag: string) {
    this.#announced = announced;
    this.#folder = folder;
    this.#tag = tag;
  }

  async push(piece: Buffer): Promise<void> {
    let rest = piece;
    while (rest.length > 0) {
      if (this.#left === 0 && !(await this.#next())) {
        this.#after += rest.length;
        return;
      }
      const mine = rest.subarray(0, this.#left);
      rest = rest.subarray(mine.length);
      this.#left -= mine.length;
      this.#hash.update(mine);
      this.#tail = mine.length >= 4 ? mine.subarray(-4) : Buffer.concat([this.#tail, mine]).subarray(-4);
      await this.#file!.writeFile(mine);
    }
  }

  /** To be called when the body is through. */
  async end(): Promise<Faults> {
    await this.#finish();
    for (const part of this.#announced.slice(this.#index + 1))
      this.#log.add(part.kind, 'length-mismatch', `${part.bytes} bytes are announced, none are there`);
    if (this.#after > 0) this.#log.add('file', 'framing', `${this.#after} bytes follow the last part`);
    return this.#log;
  }

  /** Closes the file that is open; safe at any time. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #next(): Promise<boolean> {
    await this.#finish();
    const part = this.#announced[this.#index + 1];
    if (!part) return false;
    this.#index += 1;
    this.#left = part.bytes;
    this.#hash = createHash('sha256');
    const path = partPath(this.#folder, this.#tag, part.kind);
    this.parts.push({ kind: part.kind, path, records: part.records, unpackedBytes: 0 });
    this.#file = await open(path, 'w', 0o600);
    return true;
  }

  /** Ends the part that is open, if there is one. */
  async #finish(): Promise<void> {
    const part = this.#announced[this.#index];
    if (!part || !this.#file) return;
    await this.close();
    if (this.#left > 0) {
      const there = part.bytes - this.#left;
      this.#log.add(part.kind, 'length-mismatch', `${part.bytes} bytes are announced, ${there} are there`);
    } else if (this.#hash.digest('hex') !== part.sha256)
      this.#log.add(part.kind, 'digest-mismatch', 'the bytes do not have the SHA-256 that the header names');
    else this.parts[this.#index] = { ...this.parts[this.#index]!, unpackedBytes: this.#tail.readUInt32LE(0) };
    this.#left = 0;
  }
}

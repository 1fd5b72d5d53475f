/**
 * What is wrong with a package, each with its place. A broken file can hold as many faults as lines, so only the first are
 * kept and all are counted.
 */
import type { PartKind } from '@meterhouse/contract';

/** Where a fault lies: the framing of the file, its member 1, or the part of a kind. */
export type FaultPart = 'file' | 'header' | PartKind;

export type FaultCode =
  | 'bad-gzip'
  | 'framing'
  | 'too-large'
  | 'bad-header'
  | 'not-canonical'
  | 'bad-signature'
  | 'unknown-key'
  | 'digest-mismatch'
  | 'length-mismatch'
  | 'record-count'
  | 'bad-utf8'
  | 'bad-json'
  | 'byte-order-mark'
  | 'empty-line'
  | 'line-too-long'
  | 'line-unfinished'
  | 'duplicate-key'
  | 'unknown-field'
  | 'missing-field'
  | 'wrong-type'
  | 'bad-value'
  | 'out-of-range'
  | 'control-character'
  | 'unlisted-hour'
  | 'span-outside-hour'
  | 'overlapping-spans';

export interface Fault {
  readonly part: FaultPart;
  /** Of the part's unpacked text, from 1; null where a fault is of no line. */
  readonly line: number | null;
  /** RFC 6901, into the header or the record; empty for the whole of it. */
  readonly pointer: string;
  readonly message: string;
  readonly code: FaultCode;
}

/** The first faults, and how many there were. */
export interface Faults {
  readonly list: readonly Fault[];
  readonly total: number;
}

export const FAULTS_KEPT = 100;

/** Collects faults in the order in which they are met. */
export class FaultLog implements Faults {
  readonly list: Fault[] = [];
  total = 0;

  add(part: FaultPart, code: FaultCode, message: string, line: number | null = null, pointer = ''): void {
    this.total += 1;
    if (this.list.length < FAULTS_KEPT) this.list.push({ part, line, pointer, message, code });
  }
}

/** Thrown where a package cannot be used at all. */
export class PackageError extends Error {
  readonly faults: Faults;

  constructor(faults: Faults) {
    const first = faults.list[0];
    const place = first
      ? `${first.part}${first.line === null ? '' : ` line ${first.line}`}${first.pointer}: ${first.message}`
      : '';
    super(`the package is refused with ${faults.total} fault(s); the first: ${place}`);
    this.name = 'PackageError';
    this.faults = faults;
  }
}

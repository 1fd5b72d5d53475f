/**
 * The plain reader: any package, from a file or a stream, checked to the last byte without the engine. It streams: what it
 * holds is one piece of text, and the spans of each thing for the overlap check.
 *
 *   const reader = await openPackage('usage.mhp', { keyOf });
 *   for await (const batch of reader.batches()) …   // records that are without fault
 *   reader.faults                                   // complete when the batches are through
 */
import { createReadStream } from 'node:fs';
import {
  LIMITS,
  type PackageHeader,
  type PackagePart,
  type PartKind,
  type RecordOf,
} from '@meterhouse/contract';
import { packageDigest } from './canonical.ts';
import { FaultLog, type Faults, PackageError } from './faults.ts';
import { type Budget, firstMember, unpackPart } from './framing.ts';
import { parseHeader } from './header.ts';
import { LineParser } from './line.ts';
import { LineCutter } from './lines.ts';
import { type KeyLookup, verifySignature } from './signature.ts';
import { SliceCheck } from './slices.ts';
import { PackageSource } from './source.ts';

/** Records of one kind, in the order of their lines. */
export type Batch = {
  readonly [Kind in PartKind]: { readonly kind: Kind; readonly records: readonly RecordOf[Kind][] };
}[PartKind];

/** One record with its kind. */
export type KindRecord = {
  readonly [Kind in PartKind]: { readonly kind: Kind; readonly record: RecordOf[Kind] };
}[PartKind];

export interface ReadOptions {
  readonly keyOf: KeyLookup;
  /** What all parts together may unpack to, bytes; 4 GiB unless said. */
  readonly unpackedBytes?: number;
}

export interface PackageReader {
  readonly header: PackageHeader;
  /** The package's identity. */
  readonly digest: string;
  /** Grows while batches are read. A package is good when it is still empty at their end. */
  readonly faults: Faults;
  /** Reads the parts, once, and closes the source at the end or when the loop is left. */
  batches(): AsyncGenerator<Batch, void, undefined>;
  /** The same, one by one. */
  records(): AsyncGenerator<KindRecord, void, undefined>;
  close(): Promise<void>;
}

const UNPACKED_BYTES = 4 * 1024 ** 3;

/**
 * Opens a package: its header is read and its signature checked before any record is unpacked.
 * Throws PackageError when either is at fault, and what the file system throws.
 */
export async function openPackage(
  from: string | AsyncIterable<Uint8Array>,
  { keyOf, unpackedBytes = UNPACKED_BYTES }: ReadOptions,
): Promise<PackageReader> {
  const source = new PackageSource(
    typeof from === 'string' ? createReadStream(from, { highWaterMark: 262_144 }) : from,
  );
  try {
    const log = new FaultLog();
    const header = await readHeader(source, keyOf, log);
    if (header === undefined) throw new PackageError(log);
    return new Reader(source, header, log, { left: unpackedBytes });
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Reads a whole package and keeps no record: its header, and every fault. */
export async function checkPackage(
  from: string | AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<{ readonly header: PackageHeader | undefined; readonly faults: Faults }> {
  try {
    const reader = await openPackage(from, options);
    for await (const _ of reader.batches());
    return reader;
  } catch (error) {
    if (error instanceof PackageError) return { header: undefined, faults: error.faults };
    throw error;
  }
}

async function readHeader(
  source: PackageSource,
  keyOf: KeyLookup,
  log: FaultLog,
): Promise<PackageHeader | undefined> {
  const member = firstMember(await source.peek(LIMITS.headerCompressedBytes), log);
  if (member === undefined) return undefined;
  for await (const _ of source.take(member.bytes));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(member.content);
  } catch {
    log.add('header', 'bad-utf8', 'is not UTF-8', 1);
    return undefined;
  }
  const signed = parseHeader(text, log);
  if (signed === undefined) return undefined;
  const verdict = await verifySignature(signed.package, signed.signature, keyOf);
  if (verdict === 'good') return signed.package;
  const message =
    verdict === 'unknown-key'
      ? 'the agent has no such key; activate the meter, or send it to the service it was activated at'
      : 'the signature does not fit the header';
  log.add('header', verdict, message, 1, '/signature');
  return undefined;
}

class Reader implements PackageReader {
  readonly header: PackageHeader;
  readonly digest: string;
  readonly faults: FaultLog;
  readonly #source: PackageSource;
  readonly #budget: Budget;

  constructor(source: PackageSource, header: PackageHeader, log: FaultLog, budget: Budget) {
    this.header = header;
    this.digest = packageDigest(header);
    this.faults = log;
    this.#source = source;
    this.#budget = budget;
  }

  async *batches(): AsyncGenerator<Batch, void, undefined> {
    try {
      for (const part of this.header.parts) {
        // Each kind has its own types of parser and record; a switch is what tells the compiler.
        if (part.kind === 'vm')
          for await (const records of this.#part(part, part.kind)) yield { kind: 'vm', records };
        else if (part.kind === 'host')
          for await (const records of this.#part(part, part.kind)) yield { kind: 'host', records };
        else for await (const records of this.#part(part, part.kind)) yield { kind: 'cluster', records };
      }
      if (!(await this.#source.atEnd())) this.faults.add('file', 'framing', 'bytes follow the last part');
    } finally {
      await this.close();
    }
  }

  async *records(): AsyncGenerator<KindRecord, void, undefined> {
    for await (const batch of this.batches()) {
      if (batch.kind === 'vm') for (const record of batch.records) yield { kind: 'vm', record };
      else if (batch.kind === 'host') for (const record of batch.records) yield { kind: 'host', record };
      else for (const record of batch.records) yield { kind: 'cluster', record };
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async *#part<Kind extends PartKind>(
    part: PackagePart,
    kind: Kind,
  ): AsyncGenerator<RecordOf[Kind][], void, undefined> {
    const log = this.faults;
    let batch: RecordOf[Kind][] = [];
    let line = 0;
    const fault = (
      ...[code, message, pointer]: [...Parameters<ConstructorParameters<typeof LineParser>[1]>]
    ) => log.add(kind, code, message, line, pointer);
    const parser = new LineParser(kind, fault);
    const slices = new SliceCheck(kind, this.header, fault);
    const cutter = new LineCutter({
      text(text, number) {
        line = number;
        const record = parser.parse(text);
        if (record !== undefined && slices.accepts(record)) batch.push(record);
      },
      fault: (code, message, number) => log.add(kind, code, message, number),
    });
    for await (const piece of unpackPart(this.#source, part, this.#budget, log)) {
      cutter.push(piece);
      if (batch.length === 0) continue;
      yield batch;
      batch = [];
    }
    if (this.#budget.left < 0) return;
    cutter.end();
    if (cutter.lines !== part.records)
      log.add(kind, 'record-count', `${part.records} records are announced, ${cutter.lines} lines are there`);
  }
}

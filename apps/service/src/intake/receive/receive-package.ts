import { open } from 'node:fs/promises';
import { type PackageHeader, Problem, type SignedHeader } from '@meterhouse/contract';
import { FaultLog, type Faults, parseHeader } from '@meterhouse/metering';
import { removeParts, type StagedPart } from '../../usage/index.ts';
import { packageRefused } from '../package-refused.ts';
import { FaultyHeader, searchHeader } from './first-member.ts';
import { PartCutter } from './part-cutter.ts';

/** Pieces are gathered to this before they are written: one turn of the pool of threads in place of sixteen. */
const GATHER = 1024 * 1024;

export interface ReceiveRequest {
  readonly body: AsyncIterable<Buffer>;
  /** Where the whole package is written. */
  readonly file: string;
  readonly folder: string;
  readonly tag: string;
  /** As sent; one byte more is refused. */
  readonly maxBytes: number;
  /** Called as soon as member 1 is there, before the rest is taken; what it throws ends the upload. */
  readonly onHeader: (signed: SignedHeader) => Promise<void>;
}

export interface Received {
  readonly header: PackageHeader;
  readonly bytes: number;
  readonly parts: readonly StagedPart[];
}

/**
 * Takes the body of an upload: the whole to `file`, each part to a file for the engine. When it throws, the parts are removed;
 * `file` is the caller's.
 *
 * @throws problem `package-refused` for its framing, `body-too-large`, what `onHeader` throws, and what the body throws
 */
export async function receivePackage(request: ReceiveRequest): Promise<Received> {
  const { body, folder, tag, maxBytes } = request;
  const whole = await open(request.file, 'w', 0o600);
  const search = searchHeader();
  let header: PackageHeader | undefined;
  let cutter: PartCutter | undefined;
  let bytes = 0;
  let good = false;
  async function found(content: Buffer, length: number): Promise<void> {
    const signed = readHeader(content);
    await request.onHeader(signed);
    header = signed.package;
    cutter = new PartCutter(header.parts, folder, tag);
    await cutter.push(search.seen.subarray(length));
  }
  const waiting: Buffer[] = [];
  let held = 0;
  async function write(): Promise<void> {
    const piece = Buffer.concat(waiting.splice(0), held);
    held = 0;
    // `writeFile` on an open file goes on where it stands, and until all is written; `write` may write less and say so quietly.
    await Promise.all([whole.writeFile(piece), cutter?.push(piece)]);
  }
  try {
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      if (cutter) {
        waiting.push(piece);
        held += piece.length;
        if (held >= GATHER) await write();
        continue;
      }
      await whole.writeFile(piece);
      const member = search.push(piece);
      if (member) await found(member.content, member.bytes);
    }
    await write();
    if (!cutter) {
      const member = search.end();
      await found(member.content, member.bytes);
    }
    const faults: Faults = await cutter!.end();
    if (faults.total > 0) throw packageRefused(faults);
    good = true;
    return { header: header!, bytes, parts: cutter!.parts };
  } catch (error) {
    if (error instanceof FaultyHeader)
      throw packageRefused({ list: error.faults, total: error.faults.length });
    throw error;
  } finally {
    await cutter?.close();
    await whole.close();
    if (!good) await removeParts(cutter?.parts ?? []);
  }
}

export function tooLarge(maxBytes: number): Problem {
  return new Problem('body-too-large', {
    detail: `A package has at most ${maxBytes} bytes here. Send fewer hours in one package.`,
  });
}

function readHeader(content: Buffer): SignedHeader {
  const log = new FaultLog();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    log.add('header', 'bad-utf8', 'is not UTF-8', 1);
    throw packageRefused(log);
  }
  const signed = parseHeader(text, log);
  if (!signed) throw packageRefused(log);
  return signed;
}

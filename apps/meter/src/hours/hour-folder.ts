/**
 * Writes the folder of a closed hour. It is made in `closing/`, file by file, each synced; whether it counts is decided by the
 * ledger's file; then one rename brings it to `waiting/`. What a crash leaves in `closing/` is either finished or removed.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import type { PartKind } from '@meterhouse/contract';
import { formatInstant } from '@meterhouse/metering';
import { crashPoint } from './crash-point.ts';
import { syncFolder } from './durable-folder.ts';
import type { HourLines } from './hour-lines.ts';
import { linePieces } from './line-pieces.ts';
import { type HourFile, hourFileText, WAITING } from './waiting-hours.ts';

const CLOSING = 'closing';
const KINDS: readonly PartKind[] = ['vm', 'host', 'cluster'];
/** Bytes that the compressor gives at a time. */
const PIECE = 131_072;

/** `2023-01-01T05_1` */
export function hourFolderName(hour: number, version: number): string {
  return `${formatInstant(hour).slice(0, '2023-01-01T05'.length)}_${version}`;
}

/** @param lines undefined for an hour without records */
export async function prepareHour(
  product: string,
  name: string,
  about: Omit<HourFile, 'records'>,
  lines: HourLines | undefined,
): Promise<HourFile> {
  const folder = join(product, CLOSING, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const records: { [Kind in PartKind]?: number } = {};
    for (const kind of lines === undefined ? [] : KINDS) {
      const count = await writeRecords(join(folder, `${kind}.ndjson.gz`), lines!.lines[kind]());
      if (count > 0) records[kind] = count;
      crashPoint(`hour-${kind}`);
    }
    const hour: HourFile = { ...about, records };
    const file = await open(join(folder, 'hour.json'), 'wx', 0o600);
    try {
      await file.writeFile(hourFileText(hour));
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(folder);
    await syncFolder(join(product, CLOSING));
    crashPoint('hour-prepared');
    return hour;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** From here on it waits for a package. */
export async function publishHour(product: string, name: string): Promise<void> {
  await rename(join(product, CLOSING, name), join(product, WAITING, name));
  crashPoint('hour-renamed');
  await syncFolder(join(product, WAITING));
  crashPoint('hour-published');
}

/** Finishes the hours that were decided and removes the others: they are made again. @param decided names of folders */
export async function finishClosing(product: string, decided: ReadonlySet<string>): Promise<void> {
  const closing = join(product, CLOSING);
  for (const name of await readdir(closing)) {
    if (decided.has(name)) await publishHour(product, name);
    else await rm(join(closing, name), { recursive: true, force: true });
  }
}

/** The folders that a ledger's folder holds. */
export async function makeFolders(product: string): Promise<void> {
  for (const name of [CLOSING, WAITING]) await mkdir(join(product, name), { recursive: true, mode: 0o700 });
  await syncFolder(product);
}

/** @returns how many lines; without any there is no file */
async function writeRecords(path: string, lines: Generator<string, void, undefined>): Promise<number> {
  const first = lines.next();
  if (first.done) return 0;
  let records = 0;
  function* counted() {
    records += 1;
    yield first.value as string;
    for (const line of lines) {
      records += 1;
      yield line;
    }
  }
  const file: FileHandle = await open(path, 'wx', 0o600);
  try {
    const gzip = createGzip({ level: 1, chunkSize: PIECE });
    const written = pipeline(gzip, async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) await writeWhole(file, piece);
    });
    await Promise.allSettled([written, feed(gzip, linePieces(counted()))]);
    await written;
    await file.sync();
  } finally {
    await file.close();
  }
  return records;
}

/** Makes the next piece while the compressor's thread packs the one before. What fails here fails whoever reads from it. */
async function feed(gzip: Gzip, pieces: Iterable<Buffer>): Promise<void> {
  let packed: Promise<void> = Promise.resolve();
  try {
    for (const piece of pieces) {
      await packed;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      gzip.write(piece, (error) => (error ? reject(error) : resolve()));
      packed = promise;
    }
    await packed;
    gzip.end();
  } catch (error) {
    gzip.destroy(error as Error);
  }
}

/** A file system that is nearly full takes a part of what it is given, and says no to the rest. */
async function writeWhole(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
}

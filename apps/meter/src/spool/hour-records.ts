import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { PartKind } from '@meterhouse/contract';
import type { ClosedHour } from '../hours/index.ts';

/** The files of an hour are not what was closed: a disk lost something. */
export class DamagedHour extends Error {
  readonly hour: ClosedHour;

  constructor(hour: ClosedHour, path: string, why: string) {
    super(`${path}: ${why}`);
    this.name = 'DamagedHour';
    this.hour = hour;
  }
}

/**
 * The lines of one kind of these hours, one hour after the other. They are unpacked on the way and never held.
 * @throws DamagedHour when a file is not there, is no gzip, or has other lines than it had
 */
export async function* linesOf(
  kind: PartKind,
  hours: readonly ClosedHour[],
): AsyncGenerator<Buffer, void, undefined> {
  for (const hour of hours) {
    const file = hour.files[kind];
    if (file !== undefined) yield* linesOfFile(hour, file.path, file.records);
  }
}

async function* linesOfFile(
  hour: ClosedHour,
  path: string,
  records: number,
): AsyncGenerator<Buffer, void, undefined> {
  const packed = createReadStream(path, { highWaterMark: 262_144 });
  const lines = createGunzip({ chunkSize: 262_144 });
  packed.on('error', (error) => lines.destroy(error));
  let count = 0;
  let last = 10;
  try {
    for await (const piece of packed.pipe(lines) as AsyncIterable<Buffer>) {
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) count += 1;
      last = piece.at(-1) ?? last;
      yield piece;
    }
  } catch (error) {
    if (isOfTheFile(error)) throw new DamagedHour(hour, path, (error as Error).message);
    throw error;
  } finally {
    packed.destroy();
    lines.destroy();
  }
  if (count !== records || last !== 10)
    throw new DamagedHour(hour, path, `${records} records were closed, ${count} whole lines are there`);
}

/** What zlib says of bytes that are no gzip, and a file that is gone; not a lack of handles or memory, which passes. */
function isOfTheFile(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code.startsWith('Z_') || code === 'ENOENT' || code === 'EIO';
}

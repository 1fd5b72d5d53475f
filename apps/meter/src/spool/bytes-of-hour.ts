import { stat } from 'node:fs/promises';
import type { ClosedHour } from '../hours/index.ts';

/** What the files of an hour take; one that has just been packed takes nothing. */
export async function bytesOfHour({ files }: ClosedHour): Promise<number> {
  let bytes = 0;
  for (const { path } of Object.values(files)) {
    bytes += await stat(path).then(
      ({ size }) => size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return 0;
        throw error;
      },
    );
  }
  return bytes;
}

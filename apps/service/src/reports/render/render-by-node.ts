import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Row, toTsv } from '@meterhouse/metering';

const pack = promisify(gzip);

/** Writes a small report to `path` as tab-separated values in one gzip member without a time stamp. */
export async function renderByNode(
  columns: readonly string[],
  rows: readonly Row[],
  path: string,
): Promise<void> {
  await writeFile(path, await pack(toTsv(columns, rows)));
}

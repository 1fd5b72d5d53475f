import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '@meterhouse/metering/make-folder';
import { type KeptReport, syncDirectory } from './report-index.ts';

/**
 * The time of a report's file when it is as it was left: by length and time, or read whole when `verify` says so or when the
 * time alone differs, as after a copy of the folder. Undefined when it is gone or another.
 */
export async function intactSince(
  folder: string,
  kept: KeptReport,
  verify: boolean,
): Promise<number | undefined> {
  const path = join(folder, kept.path);
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== kept.length || !found.isFile()) return undefined;
  if (!verify && found.mtimeMs === kept.mtime) return kept.mtime;
  return (await digestOf(path, 'sha256')) === kept.sha256 ? found.mtimeMs : undefined;
}

/** The digest of a file in hexadecimal; undefined when there is none. */
export async function digestOf(path: string, algorithm: 'md5' | 'sha256'): Promise<string | undefined> {
  const hash = createHash(algorithm);
  try {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) hash.update(piece);
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/**
 * Puts a file that is whole into its place, in one step for whoever looks. The one that it replaces is kept beside it under its
 * time, `Monthly_Usage.tsv.gz~2023-02-03T04-05-06`, when `keepOld` says so.
 */
export async function placeReport(from: string, to: string, keepOld: boolean): Promise<void> {
  await makeFolder(dirname(to));
  if (keepOld) {
    const old = await stat(to).catch(() => undefined);
    if (old?.isFile()) {
      const time = old.mtime.toISOString().slice(0, 19).replaceAll(':', '-');
      await rename(to, `${to}~${time}`);
    }
  }
  await rename(from, to);
  await syncDirectory(dirname(to));
}

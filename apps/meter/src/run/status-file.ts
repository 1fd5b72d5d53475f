import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockHolder } from '../spool/index.ts';
import type { Time } from '../time/index.ts';
import type { MeterSnapshot } from './snapshot.ts';

const EVERY_MS = 2_000;
const FILE = 'status.json';
/** Held by the process that runs the meter. */
export const RUN_LOCK = 'run.lock';

/**
 * Writes the status every few seconds, whole or not at all, so that it can be read without asking the process. It is not
 * synced: after a crash nobody wants it. A disk that refuses it is told elsewhere.
 * @returns when the signal says so, after a last time
 */
export async function keepStatusFile(
  dir: string,
  snapshot: () => MeterSnapshot,
  time: Time,
  signal: AbortSignal,
): Promise<void> {
  const path = join(dir, FILE);
  for (;;) {
    await writeFile(`${path}.partial`, `${JSON.stringify(snapshot(), null, 2)}\n`, { mode: 0o600 })
      .then(() => rename(`${path}.partial`, path))
      .catch(() => undefined);
    if (signal.aborted) return;
    await time.sleep(EVERY_MS, signal).catch(() => undefined);
  }
}

/** What the meter in `dir` wrote last, and whether it runs now; undefined when it never ran. */
export async function readStatusFile(
  dir: string,
): Promise<{ readonly snapshot: MeterSnapshot; readonly running: boolean } | undefined> {
  const text = await readFile(join(dir, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  if (text === undefined) return undefined;
  return {
    snapshot: JSON.parse(text) as MeterSnapshot,
    running: (await lockHolder(join(dir, RUN_LOCK))) !== undefined,
  };
}

import { readFile, rm } from 'node:fs/promises';
import { createDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/meter-error.ts';

/**
 * Only one process may add to a chain: two would give the same number to two packages, which is a fork. The lock names its
 * process; one whose process is gone (kill -9) is taken over.
 * @returns what releases it
 * @throws MeterError `spool-busy`
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await createDurably(path, `${process.pid}\n`)) return () => rm(path, { force: true });
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    // Gone between the two calls, or left by a process that is no more.
    if (holder === 0) continue;
    if (holder === process.pid || isRunning(holder)) {
      throw new MeterError(
        'spool-busy',
        `Process ${holder} is adding to this meter's chain. Wait until it ends; if it is no meterhouse, remove ${path}.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new MeterError('spool-busy', `Other processes keep taking ${path}. Run one at a time.`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

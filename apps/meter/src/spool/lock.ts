import { readFile, rm } from 'node:fs/promises';
import { createDurably } from '../identity/durable-file.ts';
import { MeterError } from '../identity/meter-error.ts';

/**
 * Lets one process at a time do something with a meter's directory: two that add to a chain would give one number to two
 * packages, which is a fork. The lock names its process and when that was started, since a number is given again after a
 * restart of the machine; one whose process is gone (kill -9, power loss) is taken over.
 *
 * @param doing what the holder is doing, in words for the one who is refused
 * @returns what releases it
 * @throws MeterError `spool-busy`
 */
export async function lockFile(
  path: string,
  doing = "is adding to this meter's chain",
): Promise<() => Promise<void>> {
  const own = `${process.pid} ${await startOf(process.pid)}`.trim();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await createDurably(path, `${own}\n`)) return () => rm(path, { force: true });
    const holder = await lockHolder(path);
    if (holder !== undefined) {
      throw new MeterError(
        'spool-busy',
        `Process ${holder} ${doing}. Wait until it ends; if it is no meterhouse, remove ${path}.`,
      );
    }
    await rm(path, { force: true });
  }
  throw new MeterError('spool-busy', `Other processes keep taking ${path}. Run one at a time.`);
}

/** The process that holds a lock; undefined when nobody does, or one that is gone. */
export async function lockHolder(path: string): Promise<number | undefined> {
  // Gone meanwhile, or left empty by a machine that lost its power.
  const [pid, ...start] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  const holder = Number(pid);
  return holder > 0 && (await isRunning(holder, start.join(' '))) ? holder : undefined;
}

/** @param start as the lock tells it; empty when it does not, and then the number alone decides */
async function isRunning(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await startOf(pid);
  return start === '' || now === '' || now === start;
}

/** The boot and the clock tick within it that a process was started in; empty where the system has no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name, in parentheses, may hold spaces; the start is the 20th field after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? '' : `${boot.trim()} ${ticks}`;
  } catch {
    return '';
  }
}

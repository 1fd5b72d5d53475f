import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who holds a folder. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Of the machine's run: process ids begin anew with each. Empty where the system does not tell. */
  readonly boot: string;
  /** When the process began, in the system's own count, so that another process with its id is not taken for it. */
  readonly began: string;
}

export interface FolderLock {
  /** False once another process has taken the folder over: this one must not write to it any more. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

const BEAT_MS = 5_000;
/** A holder on another machine, or in another container, that has not touched its lock for so long is dead. */
const SILENT_MS = 60_000;

/**
 * Takes a folder for this process alone. The lock is a file that comes into being whole (written beside, then linked), so that
 * of two processes one gets it. One that is left by a dead process is put aside: on the same machine the process is looked for
 * by its id and its beginning; else the lock is dead when nobody has touched it for a minute, by the clock of the file system.
 *
 * Two that put a dead lock aside at once may move the other's fresh one; who does sees that and puts it back, and a
 * holder whose lock is not its own any more learns it from `held`.
 *
 * @returns undefined, with the holder's process id told to `onBusy`, when another process is at work
 */
export async function lockFolder(
  folder: string,
  onBusy: (holder: { readonly pid: number; readonly host: string }) => void = () => {},
): Promise<FolderLock | undefined> {
  const path = join(folder, 'lock');
  const own = join(folder, `lock.${randomUUID()}`);
  const me: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    ...(await lifeOf(process.pid)),
  };
  await writeFile(own, JSON.stringify(me), { flag: 'wx' });
  try {
    while (!(await linked(own, path))) {
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      if (await lives(holder, path, own)) {
        onBusy(holder);
        return undefined;
      }
      await putAside(path, holder.token);
    }
  } finally {
    await unlink(own);
  }
  const held = async () => (await readHolder(path))?.token === me.token;
  const beat = setInterval(() => touch(path).catch(() => {}), BEAT_MS);
  beat.unref();
  return {
    held,
    async release() {
      clearInterval(beat);
      if (await held()) await unlink(path);
    },
  };
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // No lock of ours is ever half: a file that is none of ours is put aside like a dead one.
    if (error instanceof SyntaxError) return { token: '', pid: 0, host: '', boot: '', began: '' };
    throw error;
  }
}

async function lives(holder: Holder, path: string, own: string): Promise<boolean> {
  const here = await lifeOf(holder.pid);
  if (holder.host === hostname() && holder.boot !== '' && holder.boot === here.boot)
    return holder.began === here.began;
  await touch(own);
  const [touched, now] = await Promise.all([stat(path).catch(() => undefined), stat(own)]);
  return touched !== undefined && now.mtimeMs - touched.mtimeMs < SILENT_MS;
}

/** Gives a lock the time of the file system's own clock, which may be another machine's: its first byte is written again. */
async function touch(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write('{', 0);
  } finally {
    await file.close();
  }
}

/** Moves the lock of a dead holder away, unless it has meanwhile become another's. */
async function putAside(path: string, token: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readHolder(aside))?.token !== token) await linked(aside, path);
  await unlink(aside);
}

/** When a process of this machine began, and in which run of the machine; empty where there is none or nothing tells. */
async function lifeOf(pid: number): Promise<{ boot: string; began: string }> {
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const [boot, status] = await Promise.all([
    read('/proc/sys/kernel/random/boot_id'),
    read(`/proc/${pid}/stat`),
  ]);
  // Field 22; the second one, the name, may hold blanks and brackets.
  const began = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { boot: boot.trim(), began };
}

import type { Archive } from './types.ts';

type Call = keyof Archive;

export interface FaultyArchive {
  archive: Archive;
  /** The `nth` next call of `call` (1 is the next) fails with this error of the operating system, once. */
  failAt(call: Call, code: 'ENOSPC' | 'EIO', nth?: number): void;
  /** What `freeBytes` says from now on; undefined: the truth again. */
  pretendFree(bytes: number | undefined): void;
  /** How often each call was made. */
  readonly calls: Readonly<Record<Call, number>>;
}

/** An archive that does as it is told until it is told to fail: for tests of full and broken disks. */
export function faultyArchive(real: Archive): FaultyArchive {
  const calls = {
    take: 0,
    put: 0,
    read: 0,
    readWhole: 0,
    size: 0,
    localCopy: 0,
    list: 0,
    remove: 0,
    freeBytes: 0,
  };
  const faults: { call: Call; at: number; code: string }[] = [];
  let free: number | undefined;

  function count(call: Call): void {
    calls[call] += 1;
    const due = faults.findIndex((fault) => fault.call === call && fault.at === calls[call]);
    if (due < 0) return;
    const [fault] = faults.splice(due, 1);
    throw Object.assign(new Error(`${fault?.code}: told to fail at ${call}`), { code: fault?.code });
  }

  return {
    calls,
    failAt(call, code, nth = 1) {
      faults.push({ call, at: calls[call] + nth, code });
    },
    pretendFree(bytes) {
      free = bytes;
    },
    archive: {
      async take(key, sourcePath) {
        count('take');
        return real.take(key, sourcePath);
      },
      async put(key, bytes) {
        count('put');
        return real.put(key, bytes);
      },
      async read(key, range) {
        count('read');
        return real.read(key, range);
      },
      async readWhole(key, length) {
        count('readWhole');
        return real.readWhole(key, length);
      },
      async size(key) {
        count('size');
        return real.size(key);
      },
      async localCopy(key) {
        count('localCopy');
        return real.localCopy(key);
      },
      async *list(prefix) {
        count('list');
        yield* real.list(prefix);
      },
      async remove(key) {
        count('remove');
        return real.remove(key);
      },
      async freeBytes() {
        count('freeBytes');
        return free ?? real.freeBytes();
      },
    },
  };
}

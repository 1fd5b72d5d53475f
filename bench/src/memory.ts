import { readFileSync } from 'node:fs';

/** Resident memory of a process now and at its highest, in bytes, as Linux accounts for it; undefined elsewhere. */
export function residentMemory(pid: number): { now: number; highest: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return { now: kilobytes('VmRSS') * 1024, highest: kilobytes('VmHWM') * 1024 };
  } catch {
    return undefined;
  }
}

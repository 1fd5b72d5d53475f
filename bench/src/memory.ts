import { readFileSync } from 'node:fs';
import { processTree } from './processes.ts';

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

/**
 * Bytes of all that a process has started, without itself: of a service that is its private PostgreSQL. Shared pages are
 * divided among those that share them, as the servers of one PostgreSQL share its buffers.
 */
export function memoryOfChildren(pid: number): number {
  return processTree(pid)
    .slice(1)
    .reduce((sum, child) => sum + proportionalMemory(child), 0);
}

function proportionalMemory(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

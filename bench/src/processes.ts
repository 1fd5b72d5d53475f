import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its own clock (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** A process and all that it has started and that still runs, as Linux accounts for them; empty elsewhere. */
export function processTree(pid: number): readonly number[] {
  const children = Map.groupBy(allProcesses(), ({ parent }) => parent);
  const tree = [pid];
  for (const parent of tree) tree.push(...(children.get(parent) ?? []).map((child) => child.pid));
  return tree;
}

/** Processor seconds that a process has used, user and system, with all its threads; children apart. */
export function processorSeconds(pid: number): number {
  // The name in brackets may hold anything; what counts stands behind its end.
  const fields = statOf(pid)?.split(' ');
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Processor seconds of a process and of all that it has started. */
export function processorSecondsOfTree(pid: number): number {
  return processTree(pid).reduce((sum, one) => sum + processorSeconds(one), 0);
}

function allProcesses(): { readonly pid: number; readonly parent: number }[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))?.split(' ')[1]) }));
  } catch {
    return [];
  }
}

function statOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2);
  } catch {
    return undefined;
  }
}

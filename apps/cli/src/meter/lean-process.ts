/**
 * A meter runs for months beside what it meters, so it shall be small. V8 lets what is new fill 32 MB and more before it looks
 * for what is still needed; of 50,000 machines that alone is a hundred megabytes. Its bound counts only from the start of a
 * process, so this process becomes another of the same number, terminal and files, once.
 */
import { basename } from 'node:path';

/** Megabytes. What it saves, and what less and more of it cost: docs/performance.md. */
const BOUND = '--max-semi-space-size=4';
/** Of the C library: memory for the threads that pack and write is shared, where each would hold its own. */
const ARENAS = { MALLOC_ARENA_MAX: '2' };

/** Whether these are the arguments of a meter's run. */
export function isMeterRun(words: readonly string[]): boolean {
  return words[0] === 'meter' && words[1] === 'run';
}

/** Returns where it is lean already, somebody else decided about it, or it cannot be. */
export function becomeLean(): void {
  const decided = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((flag) =>
    flag.includes('semi-space-size'),
  );
  // Whoever started it with a channel would lose it.
  if (decided || process.connected || typeof process.execve !== 'function') return;
  const [, ...words] = process.argv;
  const args = [basename(process.execPath), BOUND, ...process.execArgv, ...words];
  try {
    process.execve(process.execPath, args, { ...ARENAS, ...environment() });
  } catch {
    // It runs as it is.
  }
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

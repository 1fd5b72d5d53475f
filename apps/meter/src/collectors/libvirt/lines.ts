import type { Readable } from 'node:stream';

/** Longest line that is kept together, characters. */
const LONGEST = 65_536;

/**
 * Calls back for each line, that is at LF alone: domain names may hold every other character that readers of lines split at.
 * A line longer than any that virsh writes is cut.
 */
export function onLine(stream: Readable, tell: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!.slice(0, LONGEST);
    for (const line of lines) tell(line);
  });
}

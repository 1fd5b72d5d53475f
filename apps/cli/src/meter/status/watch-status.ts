import { setTimeout as sleep } from 'node:timers/promises';
import type { MeterPlace } from '../../commands/meter/place.ts';
import { concernsOf } from './concerns.ts';
import { type CountedHours, standingOf } from './standing.ts';
import { statusLines } from './status-lines.ts';

const DRAW_MS = 1000;
/** Headers of a month's packages are read for the hours: not each second. */
const HOURS_MS = 30_000;

const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';

/** Draws the status again and again on a screen of its own, until Ctrl-C; the screen before comes back. */
export async function watchStatus(place: MeterPlace): Promise<void> {
  const end = new AbortController();
  const stop = () => end.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  let counted: (CountedHours & { readonly at: number }) | undefined;
  process.stdout.write(ALTERNATE);
  try {
    while (!end.signal.aborted) {
      const fresh = counted !== undefined && Date.now() - counted.at < HOURS_MS;
      const standing = await standingOf(
        place,
        fresh ? { month: counted!.month, hours: counted!.hours } : undefined,
      );
      if (!fresh) counted = { month: standing.month, hours: standing.hours, at: standing.now };
      draw([...statusLines(standing, concernsOf(standing)), '', 'Ctrl-C ends it.']);
      await sleep(DRAW_MS, undefined, { signal: end.signal }).catch(() => undefined);
    }
  } finally {
    process.stdout.write(BACK);
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Over the picture before, without a flicker; what is taller than the screen is cut. */
function draw(lines: readonly string[]): void {
  const shown = lines.slice(0, Math.max(1, (process.stdout.rows || 24) - 1));
  process.stdout.write(`\u001b[H${shown.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`);
}

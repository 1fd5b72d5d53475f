import { inSeconds, median, millions } from '../figures.ts';
import type { Stand } from '../stand.ts';
import type { Line } from '../table.ts';

const TO_REACH_SECONDS = 3;

/** From the spawn of `meterhouse serve` on the directory with the months in it until `/readyz` says yes; ended well, and killed. */
export async function measureStart(stand: Stand, flags: readonly string[]): Promise<readonly Line[]> {
  const { rounds } = stand.options;
  const starts = async (end: 'stop' | 'kill') => {
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round += 1)
      seconds.push((await stand.restart(flags, end)).startSeconds);
    return median(seconds);
  };
  const line = (what: string, seconds: number): Line => ({
    what: `start ${what} on ${millions(stand.records())} records until /readyz`,
    target: '< 3 s',
    measured: inSeconds(seconds),
    met: seconds < TO_REACH_SECONDS,
  });
  return [line('after kill -9', await starts('kill')), line('after a stop', await starts('stop'))];
}

import { formatInstant, HOUR, instantOf } from '@meterhouse/metering';
import type { CoverageRun } from '../journey/find-gaps.ts';
import { bold, dim, green, red, yellow } from './style.ts';

interface Sign {
  readonly sign: string;
  readonly words: string;
  readonly colour: (text: string) => string;
}

/** What an hour looks like: told apart by its sign, with or without colours. */
const SIGNS: Readonly<Record<CoverageRun['state'], Sign>> = {
  collected: { sign: '■', words: 'collected', colour: green },
  partial: { sign: '◧', words: 'partial', colour: yellow },
  unreachable: { sign: '✕', words: 'unreachable', colour: red },
  missing: { sign: '·', words: 'missing', colour: red },
  overlapping: { sign: '▣', words: 'metered by several', colour: yellow },
};
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** A product's month: a line a day, a sign an hour. An hour that is not expected is left blank. */
export function drawCalendar(runs: readonly CoverageRun[]): string[] {
  const states = new Map<number, CoverageRun['state']>();
  for (const { from, to, state } of runs) {
    for (let hour = instantOf(from); hour < instantOf(to); hour += HOUR) states.set(hour, state);
  }
  const days = [...new Set([...states.keys()].map((hour) => formatInstant(hour).slice(0, 10)))];
  const scale = HOURS.map((hour) => (hour % 6 === 0 ? String(hour).padStart(2, '0') : '').padEnd(2)).join('');
  return [
    dim(`  ${' '.repeat(10)}  ${scale.trimEnd()}`),
    ...days.map((day) => {
      const midnight = instantOf(`${day}T00:00:00Z`);
      const signs = HOURS.map((hour) => {
        const state = states.get(midnight + hour * HOUR);
        return state === undefined ? ' ' : SIGNS[state].colour(SIGNS[state].sign);
      });
      return `  ${bold(day)}  ${signs.join(' ').trimEnd()}`;
    }),
  ];
}

export function calendarLegend(): string {
  return `  ${Object.values(SIGNS)
    .map(({ sign, words, colour }) => `${colour(sign)} ${words}`)
    .join('   ')}`;
}

import { formatInstant, HOUR, instantOf } from '@meterhouse/metering';
import type { CoverageRun } from '../journey/find-gaps.ts';
import { plural } from './numbers.ts';
import { bold, dim, green, red, yellow } from './style.ts';

type State = CoverageRun['state'];

interface Sign {
  readonly sign: string;
  readonly words: string;
  readonly colour: (text: string) => string;
}

/** What an hour looks like: told apart by its sign, with or without colours. From the best to the worst. */
const SIGNS: Readonly<Record<State, Sign>> = {
  collected: { sign: '■', words: 'collected', colour: green },
  overlapping: { sign: '▣', words: 'metered by several', colour: yellow },
  partial: { sign: '◧', words: 'partial', colour: yellow },
  unreachable: { sign: '✕', words: 'unreachable', colour: red },
  missing: { sign: '·', words: 'missing', colour: red },
};
const STATES = Object.keys(SIGNS) as State[];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAY = 24 * HOUR;

interface Hour {
  readonly state: State;
  /** Of a partial hour, where the service tells it. */
  readonly coveredSeconds?: number;
}

/**
 * A product's month: a line a day, a sign an hour, and in words what the day lacks. An hour that is not expected is left
 * blank.
 */
export function drawCalendar(runs: readonly CoverageRun[]): string[] {
  const hours = hoursOf(runs);
  const days = [...new Set([...hours.keys()].map((hour) => formatInstant(hour).slice(0, 10)))];
  const scale = HOURS.map((hour) => (hour % 6 === 0 ? String(hour).padStart(2, '0') : '').padEnd(2)).join('');
  return [
    dim(`  ${' '.repeat(10)}  ${scale.trimEnd()}`),
    ...days.map((day) => {
      const midnight = instantOf(`${day}T00:00:00Z`);
      const own = HOURS.map((hour) => hours.get(midnight + hour * HOUR));
      const signs = own.map((hour) => (hour === undefined ? ' ' : painted(hour.state))).join(' ');
      const lacks = lacking(own.filter((hour) => hour !== undefined));
      return `  ${bold(day)}  ${lacks === '' ? signs.trimEnd() : `${signs}  ${dim(lacks)}`}`;
    }),
  ];
}

/** A month in one line: a sign a day, the worst of its hours of any product; blank where none was expected. */
export function drawStrip(month: string, products: readonly (readonly CoverageRun[])[]): string {
  const worst = new Map<number, State>();
  for (const [hour, { state }] of products.flatMap((runs) => [...hoursOf(runs)])) {
    const day = hour - (hour % DAY);
    const before = worst.get(day);
    if (before === undefined || STATES.indexOf(state) > STATES.indexOf(before)) worst.set(day, state);
  }
  const first = instantOf(`${month}-01T00:00:00Z`);
  const days = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  return Array.from({ length: days }, (_, day) => {
    const state = worst.get(first + day * DAY);
    return state === undefined ? ' ' : painted(state);
  }).join('');
}

export function calendarLegend(): string {
  return `  ${STATES.map((state) => `${painted(state)} ${SIGNS[state].words}`).join('   ')}`;
}

function hoursOf(runs: readonly CoverageRun[]): Map<number, Hour> {
  const hours = new Map<number, Hour>();
  for (const { from, to, ...hour } of runs) {
    for (let at = instantOf(from); at < instantOf(to); at += HOUR) hours.set(at, hour);
  }
  return hours;
}

/** `3 h unreachable, 1 h partial (40 min seen)` */
function lacking(hours: readonly Hour[]): string {
  return STATES.filter((state) => state !== 'collected' && state !== 'overlapping')
    .toReversed()
    .flatMap((state) => {
      const own = hours.filter((hour) => hour.state === state);
      if (own.length === 0) return [];
      const seen = own.flatMap(({ coveredSeconds }) =>
        coveredSeconds === undefined ? [] : [coveredSeconds],
      );
      const minutes =
        seen.length === 0 ? '' : ` (${minutesOf(seen.reduce((sum, part) => sum + part, 0))} seen)`;
      return [`${own.length} h ${SIGNS[state].words}${minutes}`];
    })
    .join(', ');
}

/** Seconds in whole minutes, those of part of a minute as they are. */
export function minutesOf(seconds: number): string {
  return seconds < 60 ? plural(seconds, 'second') : `${Math.floor(seconds / 60)} min`;
}

function painted(state: State): string {
  const { sign, colour } = SIGNS[state];
  return colour(sign);
}

import { hash } from 'node:crypto';

/** Numbers that look like chance and are the same for the same words, on every machine. */
export interface Chance {
  /** An integer, 0 ≤ number < below. */
  readonly below: (below: number) => number;
  /** True in this many of a hundred cases. */
  readonly percent: (percent: number) => boolean;
  readonly oneOf: <T>(values: readonly T[]) => T;
}

/** A stream of its own for each choice of words, so that adding a machine does not change the others. */
export function chanceOf(...words: readonly string[]): Chance {
  let state = Number.parseInt(hash('sha256', words.join('\0'), 'hex').slice(0, 8), 16);
  // mulberry32, public domain: small, and even enough for a made-up fleet.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    percent: (percent) => below(100) < percent,
    oneOf: (values) => values[below(values.length)]!,
  };
}

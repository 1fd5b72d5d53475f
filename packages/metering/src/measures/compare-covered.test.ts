import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Covered, compareCovered } from './compare-covered.ts';

const seconds = fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 20 }).map((list) => new Set(list));

/** The stretches of these seconds, cut wherever `cut` says so, as spans need not be merged. */
function stretches(of: ReadonlySet<number>, cut: number): Covered {
  const spans: [number, number][] = [];
  for (const second of [...of].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last?.[1] === second && second % cut !== 0) last[1] = second + 1;
    else spans.push([second, second + 1]);
  }
  return spans;
}

test('what was covered compares as the sets of its seconds do, however the stretches are cut', () => {
  fc.assert(
    fc.property(seconds, seconds, fc.integer({ min: 2, max: 7 }), (left, right, cut) => {
      const has = right.isSubsetOf(left);
      const had = left.isSubsetOf(right);
      const expected = has && had ? 'same' : has ? 'more' : had ? 'less' : 'apart';
      assert.equal(compareCovered(stretches(left, cut), stretches(right, cut + 1)), expected);
    }),
  );
});

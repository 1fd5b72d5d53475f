import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Spans } from './spans.ts';

test('spans are taken exactly as long as no second is taken twice', () => {
  const span = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (list) => {
      const spans = new Spans();
      const seconds = new Set<number>();
      for (const [start, length] of list) {
        const mine = Array.from({ length }, (_, index) => start + index);
        const free = mine.every((second) => !seconds.has(second));
        assert.equal(spans.add(start, start + length), free);
        if (free) for (const second of mine) seconds.add(second);
      }
    }),
    { numRuns: 1000 },
  );
});

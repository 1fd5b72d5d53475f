import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatInstant, hourOf, monthOf, parseInstant, parseMonth } from './month.ts';

test('a month is read with its bounds', () => {
  assert.deepEqual(parseMonth('2023-01'), {
    name: '2023-01',
    first: 1_672_531_200,
    last: 1_675_209_600,
    hours: 744,
    seconds: 2_678_400,
  });
  assert.equal(parseMonth('2024-12').last, parseMonth('2025-01').first);
});

test('a month in any other spelling is refused', () => {
  for (const text of ['2023-1', '2023-13', '2023-00', '23-01', '2023-01-01', ' 2023-01', '2023-01\n'])
    assert.throws(() => parseMonth(text), RangeError, text);
});

test('instants survive writing and reading', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (instant) => {
      assert.equal(parseInstant(formatInstant(instant)), instant);
      assert.equal(parseMonth(monthOf(instant)).first <= instant, true);
      assert.equal(instant < parseMonth(monthOf(instant)).last, true);
      assert.equal(hourOf(instant) % 3600, 0);
    }),
  );
});

test('an instant that does not exist, or is spelled otherwise, is none', () => {
  for (const text of [
    '2023-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T23:59:60Z',
    '2023-01-01T05:00:00',
    '2023-01-01 05:00:00Z',
    '2023-01-01T05:00:00z',
    '2023-01-01T05:00:0 Z',
    '2023-01-01T05:00:00+00:00',
  ])
    assert.equal(parseInstant(text), undefined, text);
  assert.equal(parseInstant('2024-02-29T00:00:00Z'), 1_709_164_800);
});

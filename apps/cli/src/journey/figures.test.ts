import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedAtPoint, compareFigures, differenceOf, signed, sumOf } from './figures.ts';

test('sums are exact, however long the figures are', () => {
  assert.equal(sumOf(['0.1', '0.2', '-0.05']), '0.25');
  assert.equal(sumOf(['9007199254740993.001', '1']), '9007199254740994.001');
  assert.equal(sumOf([]), '0');
  assert.equal(sumOf(['-0.500', '0.25']), '-0.250');
  assert.throws(() => sumOf(['1,5']), RangeError);
});

test('differences have their sign, and equal figures none', () => {
  assert.equal(signed(differenceOf('1.5', '2.25')), '+0.75');
  assert.equal(signed(differenceOf('2', '0.001')), '-1.999');
  assert.equal(signed(differenceOf('-2', '-2.0')), '0.0');
});

test('figures are compared as numbers', () => {
  assert.deepEqual(['10', '9.5', '-1', '9.25'].sort(compareFigures), ['-1', '9.25', '9.5', '10']);
});

test('points stand below each other', () => {
  assert.deepEqual(alignedAtPoint(['1.5', '12', '0.125', '']), ['1.5  ', '12    ', '0.125', '    ']);
});

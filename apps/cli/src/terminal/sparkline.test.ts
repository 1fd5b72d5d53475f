import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparkline } from './sparkline.ts';

test('the highest figure is the highest bar, and a month without a figure is a dot', () => {
  assert.equal(sparkline(['0', '4.0', undefined, '8', '6.9']), '▁▅·█▇');
  assert.equal(sparkline(['0.000', '0']), '▁▁');
  assert.equal(sparkline([]), '');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf } from './find-gaps.ts';

test('what was not seen whole is a gap; what one meter or several saw is none', () => {
  const at = (hour: number) => `2023-01-09T0${hour}:00:00Z`;
  const states = ['collected', 'unreachable', 'partial', 'overlapping', 'missing'] as const;
  const hours = states.map((state, hour) => ({ from: at(hour), to: at(hour + 1), state }));
  const product = {
    product: 'a',
    type: 'vCenter',
    version: '8',
    expectedSeconds: 0,
    coveredSeconds: 0,
    missingSeconds: 0,
  };
  assert.deepEqual(gapsOf({ agentId: '', month: '2023-01', products: [{ ...product, hours }] }), [
    { product: 'a', from: at(1), to: at(2), state: 'unreachable' },
    { product: 'a', from: at(2), to: at(3), state: 'partial' },
    { product: 'a', from: at(4), to: at(5), state: 'missing' },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type QuantityKind, readQuantity, writeQuantity } from './quantities.ts';

test('what is written of a time or a size reads back as the same number', () => {
  for (const kind of ['time', 'size'] as const satisfies QuantityKind[])
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => readQuantity(kind, writeQuantity(kind, value)) === value),
    );
});

test('what is no quantity is none', () => {
  for (const text of ['', 'ten', '-1s', '1 w', '1e3s', '1 constructor', '5toString'])
    assert.equal(readQuantity('time', text), undefined, text);
  assert.equal(readQuantity('size', -1), undefined);
  assert.equal(readQuantity('size', Number.NaN), undefined);
  assert.equal(readQuantity('size', '9999999 TiB'), undefined);
  assert.equal(readQuantity('part', '120%'), 1.2);
  assert.equal(readQuantity('time', '1.5h'), 5400);
});

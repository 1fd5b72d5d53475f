import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainVersion } from './index.ts';

test('a version is what a package can say of one, whatever a product said', () => {
  assert.equal(plainVersion('8.0.2'), '8.0.2');
  assert.equal(plainVersion(' QEMU\t8.2\u2028\u0085x\ud800 '), 'QEMU 8.2 x\ufffd');
  assert.equal([...plainVersion('😀'.repeat(900))].length, 100);
});

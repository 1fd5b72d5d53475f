import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighbourhood } from './attempt-limits.ts';

test('an IPv6 address counts with the 2^64 beside it, an IPv4 address for itself', () => {
  assert.equal(neighbourhood('192.0.2.1'), '192.0.2.1');
  assert.equal(neighbourhood('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(neighbourhood('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  assert.equal(neighbourhood('2001:0DB8:1:2::9'), '2001:db8:1:2');
  assert.equal(neighbourhood('2001:db8::1'), '2001:db8:0:0');
  assert.equal(neighbourhood('::1'), '0:0:0:0');
  assert.equal(neighbourhood('fe80::1%eth0'), 'fe80:0:0:0');
});

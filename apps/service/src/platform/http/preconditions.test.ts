import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasAlready, rangeHolds } from './preconditions.ts';

test('If-None-Match names a tag alone, among others, weakly, or as all', () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', '*', ' * '])
    assert.equal(hasAlready(header, '"a"'), true, header);
  // A comma may stand in a tag (RFC 9110, 8.8.3).
  assert.equal(hasAlready('"b,c", "a"', '"a"'), true);
  assert.equal(hasAlready('"a,b"', '"a,b"'), true);
});

test('another tag, a part of one, or none at all names nothing', () => {
  for (const header of [undefined, '', 'a', '"b"', '"ab"', '"a', '"b, "', '"*"'])
    assert.equal(hasAlready(header, '"a"'), false, header);
});

test('a part is sent to who has these very bytes: no weak tag and no date', () => {
  assert.equal(rangeHolds(undefined, '"a"'), true);
  assert.equal(rangeHolds(' "a" ', '"a"'), true);
  for (const header of ['W/"a"', '"b"', 'Sun, 01 Jan 2023 00:00:00 GMT', '*'])
    assert.equal(rangeHolds(header, '"a"'), false, header);
});

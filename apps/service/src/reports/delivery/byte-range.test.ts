import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '@meterhouse/contract';
import { byteRange } from './byte-range.ts';

describe('a Range', () => {
  it('names a part by both ends, by its begin, or by its length from the end', () => {
    assert.deepEqual(byteRange('bytes=0-9', 100), { start: 0, end: 9 });
    assert.deepEqual(byteRange('bytes=90-', 100), { start: 90, end: 99 });
    assert.deepEqual(byteRange('bytes=-5', 100), { start: 95, end: 99 });
    assert.deepEqual(byteRange('bytes=-500', 100), { start: 0, end: 99 });
    assert.deepEqual(byteRange('bytes=99-500', 100), { start: 99, end: 99 });
    assert.deepEqual(byteRange('Bytes=1-2', 100), { start: 1, end: 2 });
  });

  it('that is absent, malformed, of another unit or of several parts means the whole', () => {
    for (const header of [
      undefined,
      'bytes',
      'bytes=',
      'bytes=a-b',
      'bytes=9-5',
      'rows=0-9',
      'bytes=0-1,5-9',
    ])
      assert.equal(byteRange(header, 100), undefined, header);
  });

  it('beyond the end is refused with the size', () => {
    for (const header of ['bytes=100-', 'bytes=100-200', 'bytes=-0'])
      assert.throws(
        () => byteRange(header, 100),
        (error) =>
          error instanceof Problem &&
          error.statusCode === 416 &&
          error.headers['Content-Range'] === 'bytes */100',
        header,
      );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '@meterhouse/contract';
import { negotiate } from './negotiate.ts';

const own = 'text/tab-separated-values+gzip';
const csv = 'text/csv+gzip';

describe('the rendition of a report', () => {
  it('is its own type without Accept, with an empty one, and for */*', () => {
    for (const accept of [undefined, '', ' ', '*/*', 'text/*', '*/*;q=0.1'])
      assert.equal(negotiate(accept, [own, csv]), own, accept);
  });

  it('is the accepted one, by q-values', () => {
    assert.equal(negotiate(own, [own, csv]), own);
    assert.equal(negotiate(own.toUpperCase(), [own]), own);
    assert.equal(negotiate(`${own};q=0.2, ${csv};q=0.9`, [own, csv]), csv);
    assert.equal(negotiate(`text/html, ${own};q=0.5`, [own]), own);
    assert.equal(negotiate(`${own};q=0, */*`, [own, csv]), csv);
  });

  it('is refused with what there is, when nothing fits', () => {
    for (const accept of ['application/json', 'text/tab-separated-values', `${own};q=0`, 'nonsense'])
      assert.throws(
        () => negotiate(accept, [own]),
        (error) =>
          error instanceof Problem &&
          error.statusCode === 406 &&
          error.detail?.includes(own) &&
          assert.deepEqual(error.members, { available: [own] }) === undefined,
        accept,
      );
  });
});

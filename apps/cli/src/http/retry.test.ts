import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerError } from './answer-error.ts';
import { pauseAfter, withRetries } from './retry.ts';

const answer = (status: number, code = '', retryAfter?: string) =>
  new AnswerError(status, JSON.stringify({ code }), retryAfter);
const refused = () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

test('what failed on the way is tried again with pauses that double', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((attempt) => pauseAfter(refused(), attempt)),
    [250, 500, 1000, 2000, 4000, undefined],
  );
  assert.equal(pauseAfter(answer(502), 1), 250);
});

test('Retry-After is kept to, unless it asks for more than a minute', () => {
  assert.equal(pauseAfter(answer(503, 'engine-busy', '3'), 1), 3000);
  assert.equal(pauseAfter(answer(429, 'rate-limited', '60'), 1), 60_000);
  assert.equal(pauseAfter(answer(503, 'engine-busy', '61'), 1), undefined);
});

test('what another attempt would not change is not tried again', () => {
  for (const error of [
    answer(422),
    answer(401),
    answer(507, 'storage-low'),
    answer(503, 'hour-in-future', '1'),
    answer(429, 'quota-exceeded', '1'),
    new Error('bug'),
  ]) {
    assert.equal(pauseAfter(error, 1), undefined);
  }
});

test('a call that succeeds at last gives its result, and one that does not its last failure', async () => {
  let calls = 0;
  const result = await withRetries(async () => {
    calls += 1;
    if (calls === 1) throw answer(503, '', '0');
    return calls;
  });
  assert.equal(result, 2);
  await assert.rejects(
    withRetries(async () => {
      throw answer(500, 'internal', '0');
    }),
    { status: 500 },
  );
});

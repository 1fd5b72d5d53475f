import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionError, ProblemError } from '../errors.ts';
import { pauseBeforeRetry, secondsOfRetryAfter, usualRetries } from './retry.ts';

const answered = (status: number, retryAfter?: number, code = 'unavailable') =>
  new ProblemError({ status, code, title: 'No', method: 'GET', path: '/', retryAfter });
const failed = (code: string) => new ConnectionError('no', { code, method: 'GET', url: 'http://localhost/' });
const pauseOf = (error: unknown, { attempt = 1, repeatable = true, random = 1 } = {}) =>
  pauseBeforeRetry(error, attempt, repeatable, usualRetries, () => random);

test('pauses are drawn below a bound that doubles up to ten seconds', () => {
  const bounds = [1, 2, 3, 4, 5].map((attempt) => pauseOf(failed('ECONNRESET'), { attempt }));
  assert.deepEqual(bounds, [500, 1000, 2000, 4000, 8000]);
  assert.equal(pauseOf(failed('ECONNRESET'), { random: 0 }), 0);
  const many = { ...usualRetries, attempts: 20 };
  assert.equal(
    pauseBeforeRetry(failed('ECONNRESET'), 12, true, many, () => 1),
    10_000,
  );
});

test('after the sixth attempt there is no other', () => {
  assert.equal(pauseOf(failed('ECONNRESET'), { attempt: 6 }), undefined);
});

test('429, 502, 503 and 504 pass; what another attempt would not change is thrown at once', () => {
  for (const status of [429, 502, 503, 504])
    assert.notEqual(pauseOf(answered(status)), undefined, `${status}`);
  for (const status of [400, 401, 403, 404, 409, 410, 412, 422, 500, 507])
    assert.equal(pauseOf(answered(status)), undefined, `${status}`);
  assert.equal(pauseOf(answered(503, 1, 'hour-in-future')), undefined);
  assert.equal(pauseOf(new TypeError('a bug')), undefined);
});

test('what may not be made twice is made again only where nothing was done', () => {
  const once = { repeatable: false };
  for (const status of [502, 503, 504]) assert.equal(pauseOf(answered(status), once), undefined, `${status}`);
  assert.notEqual(pauseOf(answered(429), once), undefined);
  assert.equal(pauseOf(failed('ECONNRESET'), once), undefined);
  assert.notEqual(pauseOf(failed('ECONNREFUSED'), once), undefined);
});

test('Retry-After is never undercut, and not waited for beyond a minute', () => {
  assert.equal(pauseOf(answered(503, 3), { random: 0 }), 3000);
  assert.equal(pauseOf(answered(503, 3), { random: 1 }), 3500);
  assert.equal(pauseOf(answered(429, 60), { random: 0 }), 60_000);
  assert.equal(pauseOf(answered(429, 61)), undefined);
});

test('a change that is still at work under its Idempotency-Key is asked for again', () => {
  assert.equal(pauseOf(answered(409, 1), { random: 0 }), 1000);
});

test('Retry-After holds seconds or a date', () => {
  const now = Date.parse('2023-01-01T00:00:00Z');
  assert.equal(secondsOfRetryAfter('7', now), 7);
  assert.equal(secondsOfRetryAfter('Sun, 01 Jan 2023 00:00:09 GMT', now), 9);
  assert.equal(secondsOfRetryAfter('Sat, 31 Dec 2022 23:59:00 GMT', now), 0);
  assert.equal(secondsOfRetryAfter('soon', now), undefined);
  assert.equal(secondsOfRetryAfter(null, now), undefined);
});

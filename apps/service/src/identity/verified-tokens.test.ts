import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVerifiedTokens } from './verified-tokens.ts';

const caller = { organisationId: 'o', role: 'reader', actor: 'token:t' } as const;
const at = (seconds: number) => new Date(seconds * 1000);

test('a token that was verified is known for a minute', () => {
  const tokens = createVerifiedTokens();
  tokens.keep('a', { ...caller }, 1800, at(100));
  assert.deepEqual(tokens.find('a', at(159)), caller);
  assert.equal(tokens.find('a', at(160)), undefined);
});

test('and never beyond the second it expires', () => {
  const tokens = createVerifiedTokens();
  tokens.keep('a', { ...caller }, 1800, at(1790));
  assert.deepEqual(tokens.find('a', at(1799)), caller);
  assert.equal(tokens.find('a', at(1800)), undefined);
  assert.equal(tokens.find('a', at(1799)), undefined, 'and then forgotten');
});

test('beyond so many the oldest is forgotten, as it can be verified again', () => {
  const tokens = createVerifiedTokens(2);
  for (const bearer of ['a', 'b', 'c']) tokens.keep(bearer, { ...caller }, 1800, at(0));
  assert.deepEqual(
    ['a', 'b', 'c'].map((bearer) => tokens.find(bearer, at(0)) !== undefined),
    [false, true, true],
  );
});

test('who a token stands for cannot be changed by one request for the next', () => {
  const tokens = createVerifiedTokens();
  tokens.keep('a', { ...caller }, 1800, at(0));
  assert.throws(() => {
    tokens.find('a', at(0))!.role = 'operator';
  }, TypeError);
});

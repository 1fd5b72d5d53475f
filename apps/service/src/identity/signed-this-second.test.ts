import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSignedThisSecond } from './signed-this-second.ts';

function counting() {
  let count = 0;
  const sign = async () => {
    count += 1;
    return `token ${count}`;
  };
  return { sign, count: () => count };
}

test('the same claims are signed once in a second, other claims and the next second anew', async () => {
  const signed = createSignedThisSecond();
  const { sign, count } = counting();
  const two = await Promise.all([signed.of(1, 'a', sign), signed.of(1, 'a', sign)]);
  assert.deepEqual(two, ['token 1', 'token 1']);
  assert.equal(await signed.of(1, 'b', sign), 'token 2');
  assert.equal(await signed.of(2, 'a', sign), 'token 3');
  assert.equal(count(), 3);
});

test('a signature that failed is tried again', async () => {
  const signed = createSignedThisSecond();
  await assert.rejects(
    signed.of(1, 'a', async () => Promise.reject(new Error('no key'))),
    /no key/,
  );
  assert.equal(await signed.of(1, 'a', counting().sign), 'token 1');
});

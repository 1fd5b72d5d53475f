import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { requestId } from './request-id.ts';

const idOf = (own?: string) =>
  requestId({ headers: own === undefined ? {} : { 'x-request-id': own } } as unknown as IncomingMessage);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test("a caller's own id is kept when it is a UUID or a short word", () => {
  for (const own of [randomUUID(), randomUUID().toUpperCase(), 'trace-42', 'nightly.2023_01', 'x'.repeat(16)])
    assert.equal(idOf(own), own);
});

test('what could be a token is not believed, whatever its alphabet', () => {
  const tokens = [
    randomBytes(16).toString('hex'),
    randomBytes(16).toString('base64url'),
    `UMA:${randomBytes(48).toString('base64url')}`,
    `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.${randomBytes(64).toString('base64url')}`,
    'x'.repeat(17),
    `${randomUUID()}0`,
    randomUUID().replaceAll('-', ''),
    `Bearer ${randomUUID()}`,
  ];
  for (const own of tokens) {
    const id = idOf(own);
    assert.notEqual(id, own);
    assert.match(id, UUID, own);
  }
});

test('without one, and for each that is not believed, a new one is made', () => {
  const ids = [idOf(), idOf(''), idOf('a b'), idOf('a\tb'), idOf('é')];
  for (const id of ids) assert.match(id, UUID);
  assert.equal(new Set(ids).size, ids.length);
});

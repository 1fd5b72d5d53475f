import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { appWith } from './testing.ts';
import type { Routes } from './types.ts';

const routes: Routes = (app) => {
  app.get(
    '/api/v1/things',
    {
      config: { access: 'reader' },
      schema: { summary: 'A route of the tests', tags: ['tests'], response: { 200: Type.Unknown() } },
    },
    async () => [],
  );
};
const callers = { reader: { organisationId: 'o', role: 'reader', actor: 'token:1' } } as const;
const ask = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
const url = '/api/v1/things';

test('a page of a named origin may call, and reads what it needs', async () => {
  const app = await appWith({ routes: [routes], callers, origins: ['https://portal.example'] });
  const origin = 'https://portal.example';
  const asked = await app.inject({ method: 'OPTIONS', url, headers: { origin, ...ask } });
  assert.equal(asked.statusCode, 204);
  assert.equal(asked.headers['access-control-allow-origin'], origin);
  assert.equal(asked.headers['access-control-allow-headers'], 'authorization');
  assert.equal(asked.headers['access-control-allow-credentials'], undefined);
  const got = await app.inject({ url, headers: { origin, authorization: 'Bearer reader' } });
  assert.equal(got.statusCode, 200);
  assert.equal(got.headers['access-control-allow-origin'], origin);
  assert.match(String(got.headers['access-control-expose-headers']), /Retry-After/);
  const refused = await app.inject({ url, headers: { origin } });
  assert.equal(refused.statusCode, 401, 'an origin is no token');
});

test('a page of another origin may not, whatever its name looks like', async () => {
  const app = await appWith({ routes: [routes], callers, origins: ['https://portal.example'] });
  for (const origin of ['https://portal.example.evil.example', 'http://portal.example', 'null']) {
    const asked = await app.inject({ method: 'OPTIONS', url, headers: { origin, ...ask } });
    assert.equal(asked.headers['access-control-allow-origin'], undefined, origin);
  }
});

test('without a named origin no answer allows one', async () => {
  const app = await appWith({ routes: [routes], callers });
  const origin = 'https://portal.example';
  const got = await app.inject({ url, headers: { origin, authorization: 'Bearer reader' } });
  assert.equal(got.headers['access-control-allow-origin'], undefined);
  const asked = await app.inject({ method: 'OPTIONS', url, headers: { origin, ...ask } });
  assert.equal(asked.headers['access-control-allow-origin'], undefined);
});

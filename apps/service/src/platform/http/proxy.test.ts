import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import Type from 'typebox';
import { createApp } from './app.ts';
import type { Routes } from './types.ts';

const whoAsks: Routes = (app) => {
  app.get(
    '/who',
    {
      config: { access: 'public' },
      schema: { summary: 'A route of the tests', tags: ['tests'], response: { 200: Type.Unknown() } },
    },
    async (request) => request.ip,
  );
};
async function addressSeen(behindProxy: boolean, forwarded: string): Promise<string> {
  const app = await createApp({
    logger: pino({ level: 'silent' }),
    authenticate: () => Promise.reject(new Error('nobody')),
    routes: [whoAsks],
    publicUrl: () => 'https://meterhouse.example',
    version: '0.0.0',
    behindProxy,
  });
  const headers = { 'x-forwarded-for': forwarded };
  return (await app.inject({ url: '/who', remoteAddress: '192.0.2.1', headers })).body;
}

test('forwarded headers are believed behind a proxy only', async () => {
  assert.match(await addressSeen(false, '198.51.100.7'), /192\.0\.2\.1/);
  assert.match(await addressSeen(true, '198.51.100.7'), /198\.51\.100\.7/);
});

test('behind a proxy only what that proxy says is believed, not what a caller told it before', async () => {
  assert.match(await addressSeen(true, '127.0.0.1, 198.51.100.7'), /198\.51\.100\.7/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import Type from 'typebox';
import { finishRequests } from './finish-requests.ts';
import { createApp, type Routes } from './platform/http/index.ts';

const logger = pino({ level: 'silent' });
async function listening(milliseconds: number) {
  const slow: Routes = (app) => {
    app.get(
      '/slow',
      {
        config: { access: 'public' },
        schema: { summary: 'A route of the tests', tags: ['tests'], response: { 200: Type.Unknown() } },
      },
      async () => {
        await sleep(milliseconds, undefined, { ref: false });
        return 'done';
      },
    );
  };
  const app = await createApp({
    logger,
    authenticate: () => Promise.reject(new Error('nobody')),
    routes: [slow],
    publicUrl: () => '',
    version: '0.0.0',
  });
  return { app, url: `${await app.listen({ port: 0, host: '127.0.0.1' })}/slow` };
}

test('a request under way is answered before the service stops, and its connection not waited for', async () => {
  const { app, url } = await listening(300);
  const answer = fetch(url);
  await sleep(100);
  const started = performance.now();
  await finishRequests(app, 30, logger);
  assert.equal((await answer).status, 200);
  assert.ok(performance.now() - started < 20_000, 'the kept connection is not waited for');
});

test('a request beyond the limit is cut', async () => {
  const { app, url } = await listening(5_000);
  const answer = assert.rejects(fetch(url));
  await sleep(100);
  const started = performance.now();
  await finishRequests(app, 0.2, logger);
  await answer;
  assert.ok(performance.now() - started < 4_000);
});

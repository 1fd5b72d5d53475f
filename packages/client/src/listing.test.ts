import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fate, faultyServer, json } from '../test/faulty-server.ts';
import { createClient } from './index.ts';

const pages: Fate = ({ url }, response) => {
  const page = Number(new URL(url, 'http://x').searchParams.get('cursor') ?? '0');
  const items = [0, 1].map((place) => ({ agentId: `m${page * 2 + place}` }));
  return json(200, { items, ...(page < 2 ? { nextCursor: `${page + 1}` } : {}) })({ url } as never, response);
};

test('a list is read item by item over its pages, each asked for when it is needed', async () => {
  await using server = await faultyServer(pages);
  const client = createClient({ url: server.url, accessToken: 'given' });
  const seen: string[] = [];
  for await (const meter of client.meters.list({ limit: 2 })) {
    seen.push(meter.agentId);
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, ['m0', 'm1', 'm2']);
  assert.deepEqual(
    server.received.map(({ url }) => url),
    ['/api/v1/meters?limit=2', '/api/v1/meters?limit=2&cursor=1'],
  );
});

test('it may be read again, as pages, or whole', async () => {
  await using server = await faultyServer(pages);
  const list = createClient({ url: server.url, accessToken: 'given' }).meters.list();
  assert.equal((await list.toArray()).length, 6);
  const sizes: number[] = [];
  for await (const page of list.pages()) sizes.push(page.items.length);
  assert.deepEqual(sizes, [2, 2, 2]);
});

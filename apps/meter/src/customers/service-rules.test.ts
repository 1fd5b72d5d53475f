import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fetchRules, keepFetchedRules, loadFetchedRules } from './index.ts';

const agent = '88531d1c-296e-4b47-8431-c0e8182148e7';
const rule = {
  id: '0f9b2f60-5d2c-4a52-8a3f-1d6f0f6f8e11',
  name: 'Northwind',
  productType: 'vCenter',
  productId: '11111111-296e-4b47-8431-c0e8182148e7',
  targetType: 'Folder',
  targetId: 'group-v1',
} as const;

async function source(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { server: `http://127.0.0.1:${port}`, agent, accessToken: async () => 'token' };
}

test('rules come once, and again only when they are others', async (t) => {
  const asked: (string | undefined)[] = [];
  const from = await source(t, (request, response) => {
    assert.equal(request.url, `/usage/api/v1/agents/${agent}/customer-rules`);
    assert.equal(request.headers.authorization, 'Bearer token');
    asked.push(request.headers['if-none-match']);
    if (request.headers['if-none-match'] === '"a"') return response.writeHead(304).end();
    return response.writeHead(200, { etag: '"a"' }).end(JSON.stringify({ rules: [rule] }));
  });
  const fetched = await fetchRules(from, undefined);
  assert.deepEqual(fetched, { etag: '"a"', rules: [rule] });
  assert.equal(await fetchRules(from, fetched), undefined);
  assert.deepEqual(asked, [undefined, '"a"']);
});

test('what a later service says besides is passed over, a rule of an unknown kind too', async (t) => {
  const later = { ...rule, weight: 3 };
  const from = await source(t, (_, response) =>
    response
      .writeHead(200, { etag: '"b"' })
      .end(JSON.stringify({ rules: [later, { ...rule, productType: 'Moon' }], page: 1 })),
  );
  assert.deepEqual((await fetchRules(from, undefined))?.rules, [later]);
});

test('a refusal is told with the words of the service, and an answer that is none is a fault', async (t) => {
  const refusing = await source(t, (_, response) => response.writeHead(403).end('{"detail":"Not yours."}'));
  await assert.rejects(fetchRules(refusing, undefined), { message: 'Not yours.', status: 403 });
  const talking = await source(t, (_, response) => response.writeHead(200).end('<html>'));
  await assert.rejects(fetchRules(talking, undefined), TypeError);
});

test('the last rules are on the disk for a start without the service; a torn file counts as none', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'rules-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  assert.equal(await loadFetchedRules(dir), undefined);
  await keepFetchedRules(dir, { etag: '"a"', rules: [rule] });
  assert.deepEqual(await loadFetchedRules(dir), { etag: '"a"', rules: [rule] });
  await writeFile(join(dir, 'service-rules.json'), '{"etag":"');
  assert.equal(await loadFetchedRules(dir), undefined);
});

test('an answer without an end is given up before it fills the memory', async (t) => {
  const endless = await source(t, (_, response) => {
    const more = () => {
      while (response.write('['.repeat(1_000_000)));
    };
    response.writeHead(200).on('drain', more);
    more();
  });
  await assert.rejects(fetchRules(endless, undefined), /more rules than there can be/);
});

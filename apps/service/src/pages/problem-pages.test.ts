import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '@meterhouse/contract';
import { appWith } from '../platform/http/testing.ts';
import { pagesRoutes } from './routes.ts';
import { readShelf } from './shelf.ts';

const pages = pagesRoutes({ publicUrl: () => 'https://meterhouse.example' });
const written = readShelf().filter(({ kind }) => kind === 'problem');

test('every problem has its page, and every page its problem', () => {
  assert.deepEqual(written.map(({ name }) => name).sort(), Object.keys(problems).sort());
});

test("a page opens with the problem's title", () => {
  for (const { name, markdown } of written)
    assert.ok(
      markdown.startsWith(`# ${problems[name as keyof typeof problems].title}\n\n\`${name}\`\n`),
      name,
    );
});

test('the catalogue is alphabetical', () => {
  assert.deepEqual(Object.keys(problems), Object.keys(problems).sort());
});

test("a problem's type opens its page", async () => {
  const app = await appWith({ routes: [pages] });
  const { type } = (await app.inject({ url: '/no/such' })).json();
  const page = await app.inject({ url: new URL(type).pathname });
  assert.equal(page.statusCode, 200);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(page.body, /<h1>There is nothing at this address<\/h1>/);
  for (const code of ['constructor', 'nonsense', '..%2F..%2FREADME'])
    assert.equal((await app.inject({ url: `/docs/problems/${code}` })).statusCode, 404, code);
});

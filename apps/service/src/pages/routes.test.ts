import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { App } from '../platform/http/index.ts';
import { appWith } from '../platform/http/testing.ts';
import { readAssets } from './assets.ts';
import { makePages } from './pages.ts';
import { pagesRoutes } from './routes.ts';
import { readShelf } from './shelf.ts';

const { paths } = JSON.parse(
  readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, { operationId: string; tags: string[] }>> };
const operations = new Set(
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ tags, operationId }) => `/${tags[0]}/${operationId}`),
  ),
);

let app: App;
before(async () => {
  app = await appWith({ routes: [pagesRoutes({ publicUrl: () => 'https://meterhouse.example' })] });
});

const pages = makePages(readAssets());
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

test('there is a page for the start, the reference, the guides, the problems and every document', async () => {
  const addresses = [...pages.keys()];
  for (const needed of [
    '/docs',
    '/docs/reference',
    '/docs/guides',
    '/docs/problems',
    '/docs/operating',
    '/docs/operating/backup',
    '/docs/collectors',
    '/docs/meter/install',
  ])
    assert.ok(addresses.includes(needed), needed);
  assert.equal(addresses.length, readShelf().length + 4);
  for (const address of addresses) {
    const { statusCode, headers } = await get(address);
    assert.equal(statusCode, 200, address);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8', address);
  }
});

test('no page holds a script, a style or a handler of its own, and its policy allows none', async () => {
  for (const address of pages.keys()) {
    const { body, headers } = await get(address);
    assert.doesNotMatch(
      body,
      /<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src="\/docs\/assets\/)/,
      address,
    );
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none';/, address);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, address);
    assert.match(policy, /frame-ancestors 'none'/, address);
    assert.equal(headers['x-content-type-options'], 'nosniff', address);
    assert.equal(/connect-src/.test(policy), address === '/docs/reference', address);
  }
});

test('every address within the pages answers, and every anchor is there', async () => {
  const seen = new Map<string, string>();
  const bodyOf = async (address: string) => {
    const known = seen.get(address) ?? (await get(address)).body;
    seen.set(address, known);
    return known;
  };
  for (const [from, html] of pages)
    for (const [, target] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path = '', anchor] = target!.split('#');
      const address = path === '' ? from : path;
      const { statusCode } = seen.has(address) ? { statusCode: 200 } : await get(address);
      assert.equal(statusCode, 200, `${from} links to ${target}`);
      // The reference makes its anchors by its script: they name an operation.
      if (anchor?.startsWith('/')) {
        assert.ok(operations.has(anchor), `${from} links to ${target}`);
        continue;
      }
      if (anchor !== undefined)
        assert.ok((await bodyOf(address)).includes(`id="${anchor}"`), `${from} links to ${target}`);
    }
});

test('who has a page already is told so, and packed pages are the same pages', async () => {
  const plain = await get('/docs');
  const again = await get('/docs', { 'if-none-match': String(plain.headers.etag) });
  assert.equal(again.statusCode, 304);
  assert.equal(again.body, '');
  const packed = await get('/docs', { 'accept-encoding': 'br, gzip' });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(packed.rawPayload).toString(), plain.body);
  assert.equal((await get('/docs', { 'if-none-match': String(packed.headers.etag) })).statusCode, 304);
  assert.equal((await get('/docs', { 'if-none-match': '"another"' })).statusCode, 200);
  assert.equal(
    (await get('/docs', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'],
    undefined,
  );
});

test('scripts and style sheets are named by their bytes and kept; nothing else can be fetched', async () => {
  for (const { address, bytes, type } of Object.values(readAssets())) {
    const { statusCode, headers, rawPayload } = await get(address);
    assert.equal(statusCode, 200, address);
    assert.equal(headers['content-type'], type);
    assert.match(String(headers['cache-control']), /immutable/);
    assert.deepEqual(rawPayload, bytes);
    assert.doesNotMatch(rawPayload.toString(), /sourceMappingURL/);
  }
  for (const file of ['pages-000000000000.css', 'package.json'])
    assert.equal((await get(`/docs/assets/${file}`)).statusCode, 404, file);
  assert.equal((await get('/docs/assets/..%2Froutes.ts')).statusCode, 400);
});

test('the pages load nothing from another host', async () => {
  for (const [address, html] of pages)
    assert.doesNotMatch(html, /<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?\/\//, address);
});

test('the Postman collection calls the service that it came from', async () => {
  const { statusCode, headers, body } = await get('/docs/postman.json');
  assert.equal(statusCode, 200);
  assert.match(
    String(headers['content-disposition']),
    /attachment; filename="meterhouse\.postman_collection\.json"/,
  );
  const { variable } = JSON.parse(body);
  assert.equal(variable[0].value, 'https://meterhouse.example');
});

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('who opens the address of the service in a browser is led to the pages; a program is told as of any path', async () => {
  const opened = await get('/', browser);
  assert.equal(opened.statusCode, 303);
  assert.equal(opened.headers.location, '/docs');
  for (const accept of ['*/*', 'application/json', 'text/html;q=0, application/json']) {
    const told = await get('/', { accept });
    assert.equal(told.statusCode, 404, accept);
    assert.equal(told.json().code, 'not-found', accept);
    assert.equal(told.headers.vary, 'accept');
  }
});

test('a page that is not there is a page with the way back, and says nothing of what was asked', async () => {
  for (const url of ['/docs/no-such-page', '/docs/guides/no-such-page', '/docs/problems/no-such-page']) {
    const { statusCode, headers, body } = await get(`${url}?token=no-such-page`, browser);
    assert.equal(statusCode, 404, url);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8', url);
    assert.match(String(headers['content-security-policy']), /^default-src 'none';/, url);
    assert.match(body, /<a href="\/docs">Back to the start<\/a>/, url);
    assert.doesNotMatch(body, /no-such-page/, url);
    for (const [, target] of body.matchAll(/(?:href|src)="(\/[^"]*)"/g))
      assert.equal((await get(target!)).statusCode, 200, target);
    const told = await get(url, { accept: '*/*' });
    assert.equal(told.statusCode, 404, url);
    assert.equal(told.json().code, 'not-found', url);
  }
});

test('the start greets those who run the service, and a call on a problem page opens in the reference', async () => {
  const [top = ''] = (await get('/docs')).body.split('<h2>');
  for (const address of [
    '/docs/operating',
    '/docs/operating/backup',
    '/docs/operating/what-to-do-when',
    '/docs/meter/install',
    '/docs/meter/journal',
  ])
    assert.ok(top.includes(`href="${address}"`), address);
  const { body } = await get('/docs/problems/quota-exceeded');
  assert.ok(body.includes('href="/docs/reference#/quotas/listQuotas"'), body);
  assert.ok(body.includes('href="/docs/reference#/quotas/setOrganisationQuotas"'), body);
  assert.match(body, /meterhouse quotas change/);
});

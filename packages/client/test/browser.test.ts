import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type House, openHouse } from '../../../apps/service/test/house.ts';
import { makeLiveMeter, upload } from '../../../apps/service/test/meter.ts';
import { bundleOf } from './bundle.ts';
import { type PackedProject, packedProject } from './packed-project.ts';
import { renewed } from './renewed.ts';

/** Where Debian keeps it. */
const program = '/usr/bin/chromium';
const LIMIT_BYTES = 30_000;

describe('the bundled client', () => {
  let project: PackedProject;
  let bundle: string;
  before(async () => {
    project = await packedProject();
    bundle = await bundleOf(project.folder, '@meterhouse/client');
  });
  after(() => project?.[Symbol.dispose]());

  it(`is smaller than ${LIMIT_BYTES / 1000} kB on the way`, (t) => {
    const packed = gzipSync(bundle, { level: 9 }).length;
    t.diagnostic(`main entry, bundled and minified: ${bundle.length} bytes, ${packed} gzipped`);
    assert.ok(packed < LIMIT_BYTES, `${packed} bytes`);
  });

  const missing = existsSync(program) ? false : `needs ${program}: apt-get install chromium`;
  describe('in a browser, against the real service', { skip: missing }, () => {
    let house: House;
    let pages: Server;
    let browser: Browser;
    let page: Page;
    let origin: string;

    before(async () => {
      house = await openHouse();
      const meter = await makeLiveMeter(house, house.a);
      await upload(house, meter, house.a.access.administrator);
      await renewed(house, meter.agentId);
      pages = await servePages(bundle, house.url);
      origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
      browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
      page = await browser.newPage();
      await page.goto(`${origin}/page`);
    });
    after(async () => {
      await browser?.close();
      pages?.closeAllConnections();
      pages?.close();
      await house?.close();
    });

    it('signs in, registers, lists, and downloads a checked report', async () => {
      const seen = await page.evaluate(
        async ({ origin, apiToken }) => {
          const { createClient } = await import('/client.js' as string);
          const client = createClient({ url: origin, apiToken });
          const agentId = crypto.randomUUID();
          const registered = await client.meters.register({ agentId, label: 'from a page' });
          const labels = (await client.meters.list({ limit: 1 }).toArray()).map(
            (meter: { label: string }) => meter.label,
          );
          const [entry] = Object.values(await client.reports.month('2023-03')).flat();
          const download = await client.reports.download(entry);
          const text: string = await download.text();
          return { registered, labels, header: text.split('\n')[0], fileName: download.fileName };
        },
        { origin, apiToken: house.a.apiTokens.administrator },
      );
      assert.deepEqual(seen.registered, { state: 'trial', changed: true });
      assert.deepEqual(seen.labels.sort(), ['from a page', 'um46']);
      assert.match(seen.header ?? '', /^Product\tUnit of Measure/);
      assert.match(seen.fileName, /^Monthly_Usage_2023-03_.*\.tsv\.gz$/);
    });

    it('names what went wrong with the same errors', async () => {
      const seen = await page.evaluate(
        async ({ origin, apiToken }) => {
          const { createClient, ProblemError, TokenError, ConnectionError } = await import(
            '/client.js' as string
          );
          const failure = async (call: Promise<unknown>) =>
            call.then(() => undefined).catch((error) => error);
          const good = createClient({ url: origin, apiToken });
          const problem = await failure(good.meters.registration(crypto.randomUUID()));
          const token = await failure(createClient({ url: origin, apiToken: 'no' }).meters.list().toArray());
          const nobody = createClient({ url: 'http://127.0.0.1:1', accessToken: 'x', retry: false });
          const connection = await failure(nobody.meters.list().toArray());
          const sent = await failure(good.uploads.send(crypto.randomUUID(), new Blob(['no package'])));
          return [
            [problem instanceof ProblemError, problem.status],
            [token instanceof TokenError, token.status],
            [connection instanceof ConnectionError, connection.code],
            [sent instanceof ProblemError, sent.status],
          ];
        },
        { origin, apiToken: house.a.apiTokens.reporter },
      );
      assert.deepEqual(seen, [
        [true, 404],
        [true, 400],
        [true, 'connection-lost'],
        [true, 404],
      ]);
    });
  });
});

/** A page and the bundle; everything else is the service's, so that all is of one origin. */
async function servePages(bundle: string, service: string): Promise<Server> {
  const own: Record<string, [type: string, content: string]> = {
    '/page': ['text/html', '<!doctype html><title>A page of the tests</title>'],
    '/client.js': ['text/javascript', bundle],
  };
  const server = createServer((incoming, response) => {
    const { url = '/', method, headers } = incoming;
    const page = own[url];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': page[0] }).end(page[1]);
      return;
    }
    const passed = forward(service + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

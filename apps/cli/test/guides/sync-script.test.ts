import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { readSteps } from './guide.ts';

/** The block of the guide that writes sync-reports.sh, without the line that runs it. */
const writing = readSteps('monthly-automation', 'curl')
  .find((step) => step.text.includes('> sync-reports.sh'))!
  .text.replace(/\nEND\n.*$/s, '\nEND\n');

test('sync-reports.sh ends with a failure at whatever fails first, says it, and leaves no file for a report', async () => {
  const home = mkdtempSync(join(tmpdir(), 'meterhouse-sync-'));
  const asked: string[] = [];
  let entries: object | undefined;
  const server = createServer(async (request, response) => {
    asked.push(request.url!);
    if (request.url!.includes('authorize')) {
      const good = (await text(request)) === 'refresh_token=good';
      response
        .writeHead(good ? 200 : 400)
        .end(good ? '{"access_token":"a"}' : '{"message":"Invalid refresh token"}');
    } else if (request.url!.includes('ref=')) response.writeHead(200).end('other bytes');
    else if (entries === undefined) response.writeHead(503).end('{"code":"unavailable"}');
    else response.writeHead(200).end(JSON.stringify(entries));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = async (lines: string, token = 'good') => {
    const env = { PATH: process.env.PATH, METERHOUSE_SERVER: address, METERHOUSE_TOKEN: token };
    const child = spawn('sh', ['-c', lines], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [said, [status]] = await Promise.all([
      text(child.stderr),
      once(child, 'close'),
      text(child.stdout),
    ]);
    return { status: status as number, said };
  };
  const sync = (token?: string) => run('sh sync-reports.sh 2023-01 reports', token);
  try {
    assert.equal((await run(writing)).status, 0);
    assert.ok(existsSync(join(home, 'sync-reports.sh')));

    const bad = await sync('bad');
    assert.notEqual(bad.status, 0);
    assert.match(bad.said, /Invalid refresh token/);
    assert.equal(asked.length, 1);

    const down = await sync();
    assert.notEqual(down.status, 0);
    assert.match(down.said, /unavailable/);
    assert.equal(asked.length, 3);

    entries = {
      agent: [{ ref: 'r', contentType: 'x', reportType: 'MONTHLY_USAGE', checksum: '0'.repeat(32) }],
    };
    assert.notEqual((await sync()).status, 0);
    assert.deepEqual(
      readdirSync(join(home, 'reports')).filter((name) => name.endsWith('.gz')),
      [],
    );

    entries = {};
    asked.length = 0;
    assert.deepEqual(await sync(), { status: 0, said: '' });
    const months = asked.slice(1).map((url) => url.split('/').slice(-2).join('-'));
    assert.deepEqual(months.slice(10, 14), ['2023-11', '2023-12', '2024-01', '2024-02']);
    assert.equal(months.at(-1), new Date().toISOString().slice(0, 7));

    server.close();
    await once(server, 'close');
    const stopped = await sync();
    assert.notEqual(stopped.status, 0);
    assert.match(stopped.said, /curl: \(7\)/);
  } finally {
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
});

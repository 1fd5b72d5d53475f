import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { faultyServer, halfOf, hangUp, json, late, problem } from '../../test/faulty-server.ts';
import {
  ConnectionError,
  createClient,
  ProblemError,
  type Retry,
  TokenError,
  withRetries,
} from '../index.ts';
import { fileBody } from '../node/index.ts';

const quick = { firstPause: 1 };

test('any call is signed in, made again where that is safe, and answered as it comes', async () => {
  await using server = await faultyServer(hangUp, problem(503, 'busy'), json(200, { a: 1 }));
  const client = createClient({ url: server.url, accessToken: 'x', retry: quick });
  const answer = await client.fetch('/api/v9/none?a=1&b=x%2Fy', { query: { b: 'z', c: 2, d: undefined } });
  assert.deepEqual(await answer.json(), { a: 1 });
  const { url, headers } = server.received.at(-1)!;
  assert.deepEqual([url, headers.authorization], ['/api/v9/none?a=1&b=z&c=2', 'Bearer x']);
  await client.fetch('/healthz', { anonymous: true });
  assert.equal(server.received.at(-1)!.headers.authorization, undefined);
});

test('a change is made again by its Idempotency-Key or on request, and never by itself', async () => {
  const post = async (more: object) => {
    await using server = await faultyServer(hangUp, json(200, {}));
    const client = createClient({ url: server.url, retry: quick });
    await client.fetch('/x', { method: 'POST', body: '{}', ...more }).catch(() => undefined);
    return server.received.length;
  };
  assert.equal(await post({}), 1);
  assert.equal(await post({ headers: { 'Idempotency-Key': 'k' } }), 2);
  assert.equal(await post({ repeatable: true }), 2);
});

test('a body that breaks off while it is read, or comes too late, is a ConnectionError', async () => {
  const whole = Buffer.from('a text that is long enough');
  await using server = await faultyServer(halfOf(whole, { 'content-type': 'text/plain' }));
  const client = createClient({ url: server.url, retry: false });
  const answer = await client.fetch('/file?secret=1');
  await assert.rejects(answer.text(), (error) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.url, `${server.url}/file`);
    return true;
  });
  await using slow = await faultyServer(late(5000, json(200, {})));
  const waiting = createClient({ url: slow.url }).fetch('/file', { timeout: 50 });
  await assert.rejects(waiting, { name: 'ConnectionError', code: 'timeout' });
});

test('a refusal is a ProblemError with all that the answer said', async () => {
  await using server = await faultyServer(json(404, { code: 'not-found', detail: 'There is none.' }));
  await assert.rejects(createClient({ url: server.url }).fetch('/x'), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual([error.status, error.code, error.path], [404, 'not-found', '/x']);
    return true;
  });
});

test('a path cannot lead to another host', async () => {
  const client = createClient({ url: 'http://localhost:8390', accessToken: 'x' });
  for (const path of ['@other.example/', '.other.example/', ':1/', 'https://other.example/', ''])
    await assert.rejects(client.fetch(path), TypeError, path);
});

test('the bytes of a file come as they are kept, and those of one go with their length where it is told', async () => {
  const packed = gzipSync('rows');
  const seen: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const piece of request) bytes += (piece as Buffer).length;
    seen.push({ ...request.headers, bytes });
    response.writeHead(200, { 'content-type': 'text/csv+gzip' }).end(packed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const client = createClient({ url: `http://127.0.0.1:${port}` });
    const headers = { 'accept-encoding': 'identity' };
    const answer = await client.fetch('/file', { headers });
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), packed);
    assert.equal(seen[0]!['accept-encoding'], 'identity');
    const path = new URL(import.meta.url).pathname;
    const length = (await Array.fromAsync(createReadStream(path))).reduce(
      (sum, { length }) => sum + length,
      0,
    );
    const told: number[] = [];
    const body = fileBody(path, { onBytes: (sent) => void told.push(sent) });
    await client.fetch('/up', { method: 'POST', headers: { 'content-length': String(length) }, body });
    assert.deepEqual([seen[1]!.bytes, seen[1]!['content-length']], [length, String(length)]);
    assert.equal(seen[1]!['transfer-encoding'], undefined);
    assert.equal(told.at(-1), length);
  } finally {
    server.close();
  }
});

test('work of several calls is done again while it fails in a way that passes', async () => {
  const failures = [
    new ConnectionError('no', { code: 'ECONNRESET', method: 'GET', url: 'http://localhost/' }),
    new TokenError('no', { status: 503, code: 'unavailable', retryAfter: 0 }),
  ];
  const retries: Retry[] = [];
  const onRetry = (retry: Retry) => void retries.push(retry);
  const left = failures.values();
  const work = async () => {
    for (const failure of left) throw failure;
    return 'done';
  };
  assert.equal(await withRetries(work, { retry: quick, onRetry }), 'done');
  assert.deepEqual(
    retries.map(({ attempt, error }) => [attempt, error]),
    failures.map((failure, index) => [index + 1, failure]),
  );
  for (const lasting of [
    new TokenError('no', { status: 400, code: 'invalid_grant' }),
    new ConnectionError('no', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', method: 'GET', url: '' }),
    new ProblemError({ status: 429, code: 'quota-exceeded', title: 'No', method: 'GET', path: '/' }),
    new Error('a full disk'),
  ]) {
    let times = 0;
    const failing = async () => {
      times += 1;
      throw lasting;
    };
    await assert.rejects(withRetries(failing, { retry: quick }), lasting);
    assert.equal(times, 1, lasting.message);
  }
});

test('a stream is not held in memory while it is sent, and a redirect of it is not followed', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const pieces = 512;
  const most = (pieces * 65_536) / 4;
  let arrived = 0;
  const server = createServer(async (request, response) => {
    for await (const piece of request) arrived += (piece as Buffer).length;
    response.writeHead(308, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    gc();
    const before = process.memoryUsage().arrayBuffers;
    let sent = 0;
    let held: number | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (sent === pieces) {
            while (arrived < pieces * 65_536) await new Promise((resolve) => setTimeout(resolve, 5));
            // What is free is given back by another thread, a moment after it was found.
            for (let tries = 0; tries < 200; tries += 1) {
              gc();
              held = process.memoryUsage().arrayBuffers - before;
              if (held < most) break;
              await new Promise((resolve) => setTimeout(resolve, 10));
            }
            return controller.close();
          }
          sent += 1;
          controller.enqueue(new Uint8Array(65_536));
        },
      },
      { highWaterMark: 0 },
    );
    const client = createClient({ url: `http://127.0.0.1:${port}`, retry: quick });
    const sending = client.fetch('/up', { method: 'POST', body: () => stream, repeatable: true });
    await assert.rejects(sending, { name: 'ConnectionError', code: 'redirected' });
    assert.ok(held !== undefined && held < most, `${held} bytes`);
  } finally {
    server.close();
  }
});

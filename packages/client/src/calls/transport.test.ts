import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  faultyServer,
  grant,
  halfOf,
  hangUp,
  json,
  late,
  nothing,
  problem,
  withGateway,
} from '../../test/faulty-server.ts';
import {
  type Client,
  type ClientOptions,
  ConnectionError,
  createClient,
  ProblemError,
  type Retry,
} from '../index.ts';

const quick = { firstPause: 1 };
const open = (url: string, more: Partial<ClientOptions> = {}): Client =>
  createClient({ url, accessToken: 'given', retry: quick, ...more } as ClientOptions);
const health = (client: Client, options = {}) => client.request('GET', '/healthz', options);

test('a read is made again when the connection drops, the service is busy, or the answer breaks off', async () => {
  const whole = Buffer.from(JSON.stringify({ status: 'ok' }));
  const type = { 'content-type': 'application/json' };
  await using server = await faultyServer(
    hangUp,
    problem(503, 'unavailable'),
    halfOf(whole, type),
    json(200, { status: 'ok' }),
  );
  const retries: Retry[] = [];
  const answer = await health(open(server.url, { onRetry: (retry) => void retries.push(retry) }));
  assert.deepEqual([answer.status, answer.data], [200, { status: 'ok' }]);
  assert.equal(server.received.length, 4);
  assert.deepEqual(
    retries.map(({ attempt, error }) => [attempt, error.name]),
    [
      [1, 'ConnectionError'],
      [2, 'ProblemError'],
      [3, 'ConnectionError'],
    ],
  );
});

test('Retry-After is kept to, as seconds and as a date by the clock of the service', async () => {
  const clock = Date.parse('2023-01-01T00:00:00Z');
  const date = { date: new Date(clock).toUTCString(), 'retry-after': new Date(clock + 1000).toUTCString() };
  await using server = await faultyServer(
    problem(429, 'rate-limited', { 'retry-after': '1' }),
    problem(503, 'unavailable', date),
    json(200, { status: 'ok' }),
  );
  const pauses: number[] = [];
  await health(open(server.url, { onRetry: ({ pause }) => void pauses.push(Math.floor(pause / 1000)) }));
  assert.deepEqual(pauses, [1, 1]);
});

test('after the last attempt the last failure is thrown, with all that the answer said', async () => {
  await using server = await faultyServer(
    json(503, {
      title: 'Busy',
      code: 'engine-busy',
      detail: 'Try again.',
      requestId: 'r-1',
      errors: [{ pointer: '/label', message: 'is too long' }],
    }),
  );
  await assert.rejects(health(open(server.url, { retry: { attempts: 2, firstPause: 1 } })), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual(
      [error.status, error.code, error.title, error.detail],
      [503, 'engine-busy', 'Busy', 'Try again.'],
    );
    assert.equal(error.requestId, 'r-1');
    assert.deepEqual(error.errors, [{ pointer: '/label', message: 'is too long' }]);
    assert.equal(error.message, 'Try again. (503 engine-busy, GET /healthz)\n  /label: is too long');
    return true;
  });
  assert.equal(server.received.length, 2);
});

test('nobody at the address is a ConnectionError that names it', async () => {
  const server = await faultyServer(hangUp);
  await server[Symbol.asyncDispose]();
  await assert.rejects(health(open(server.url, { retry: false })), (error) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.code, 'ECONNREFUSED');
    assert.equal(error.url, `${server.url}/healthz`);
    return true;
  });
});

test('the timeout ends a call with all its attempts', async () => {
  await using slow = await faultyServer(late(5000, json(200, {})));
  await assert.rejects(health(open(slow.url), { timeout: 50 }), { name: 'ConnectionError', code: 'timeout' });
  await using busy = await faultyServer(problem(503, 'unavailable', { 'retry-after': '30' }));
  await assert.rejects(health(open(busy.url), { timeout: 50 }), (error) => {
    assert.ok(error instanceof ConnectionError && error.code === 'timeout');
    // What was waited for.
    assert.ok(error.cause instanceof ProblemError);
    return true;
  });
});

test('a signal ends a call with its reason, on the way and between attempts', async () => {
  for (const fate of [late(5000, json(200, {})), problem(503, 'unavailable', { 'retry-after': '30' })]) {
    await using server = await faultyServer(fate);
    const leave = new AbortController();
    const reason = new Error('no longer wanted');
    setTimeout(() => leave.abort(reason), 50);
    await assert.rejects(health(open(server.url), { signal: leave.signal }), reason);
    assert.equal(server.received.length, 1);
  }
});

test('a change without a key of its own is not made twice', async () => {
  await using server = await faultyServer(hangUp, json(201, { activationToken: 'UMA:x' }));
  await assert.rejects(open(server.url).meters.createActivationToken('a'), { name: 'ConnectionError' });
  assert.equal(server.received.length, 1);
});

test('a change of the management API carries a key that stays the same over its attempts', async () => {
  await using server = await faultyServer(hangUp, json(200, { agentId: 'a' }));
  const client = open(server.url);
  await client.meters.undelete('a', 3);
  await client.meters.undelete('a', 3);
  const keys = server.received.map(({ headers }) => headers['idempotency-key']);
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
  await client.meters.undelete('a', 3, { idempotencyKey: 'mine' });
  assert.equal(server.received.at(-1)?.headers['idempotency-key'], 'mine');
});

test('a stream is sent once; what opens a stream is opened for each attempt', async () => {
  const stream = () => new Blob(['package']).stream();
  {
    await using server = await faultyServer(problem(503, 'unavailable'));
    await assert.rejects(open(server.url).uploads.send('a', stream()), { status: 503 });
    assert.equal(server.received.length, 1);
  }
  await using server = await faultyServer(problem(503, 'unavailable'), hangUp, json(202, { uploadId: 'u' }));
  const sent = await open(server.url).uploads.send('a', stream, { correction: 'a & b' });
  assert.deepEqual(sent, { uploadId: 'u', known: false } as unknown);
  assert.deepEqual(
    server.received.map(({ body, url }) => [body, url]),
    Array(3).fill(['package', '/usage/api/v1/agents/a/uploads?correction=a+%26+b']),
  );
});

test('a redirect is no answer, and no token follows it', async () => {
  await using elsewhere = await faultyServer(json(200, { status: 'ok' }));
  await using server = await faultyServer(nothing(308, { location: `${elsewhere.url}/healthz?secret=1` }));
  await assert.rejects(health(open(server.url)), (error) => {
    assert.ok(error instanceof ProblemError && error.code === 'redirected');
    assert.match(error.message, new RegExp(elsewhere.url));
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  assert.equal(elsewhere.received.length, 0);
});

test('an organisation to act in is named with each call, and to no gateway', async () => {
  await using server = await faultyServer(withGateway(grant('x'), json(200, { items: [] })));
  const client = createClient({ url: server.url, apiToken: 'secret', organisation: 'Acme Cloud' });
  await client.meters.list().toArray();
  assert.deepEqual(
    server.received.map(({ headers }) => headers['meterhouse-organisation']),
    [undefined, 'Acme Cloud'],
  );
});

test('an address may have a path of its own, and a parameter never leaves its place in the path', async () => {
  await using server = await faultyServer(json(200, {}));
  const client = open(`${server.url}/meterhouse/`);
  await client.meters.get('../../x?y=/z');
  assert.equal(server.received[0]?.url, '/meterhouse/api/v1/meters/..%2F..%2Fx%3Fy%3D%2Fz');
  await assert.rejects(client.meters.get('..'), TypeError);
  await assert.rejects(client.meters.get(''), TypeError);
});

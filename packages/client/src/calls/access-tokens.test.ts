import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyServer, grant, hangUp, json, problem, withGateway } from '../../test/faulty-server.ts';
import { createClient, TokenError } from '../index.ts';
import { renewing } from './access-tokens.ts';

const ok = json(200, { items: [] });
const retry = { firstPause: 1 };
const isGateway = ({ url }: { readonly url: string }) => url.startsWith('/csp/');

test('calls that come together share one exchange', async () => {
  await using server = await faultyServer(withGateway(grant('one'), ok));
  const client = createClient({ url: server.url, apiToken: 'secret' });
  await Promise.all([1, 2, 3, 4].map(() => client.meters.list().toArray()));
  await client.meters.list().toArray();
  assert.equal(server.received.filter(isGateway).length, 1);
  assert.equal(server.received[0]?.body, 'refresh_token=secret');
  assert.equal(server.received[0]?.headers['content-type'], 'application/x-www-form-urlencoded');
  for (const call of server.received.slice(1)) assert.equal(call.headers.authorization, 'Bearer one');
});

test('a token is renewed a minute before it ends', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2023-01-01T00:00:00Z') });
  let count = 0;
  const tokens = renewing(async () => {
    count += 1;
    return { accessToken: `t${count}`, expiresAt: Date.now() + 1_799_000 };
  });
  assert.equal(await tokens.get(), 't1');
  t.mock.timers.tick(1_738_000);
  assert.equal(await tokens.get(), 't1');
  t.mock.timers.tick(2_000);
  assert.equal(await tokens.get(), 't2');
});

test('a refused token is renewed and the call made again, once', async () => {
  let granted = 0;
  await using server = await faultyServer((request, response) => {
    if (isGateway(request)) {
      granted += 1;
      return grant(`t${granted}`)(request, response);
    }
    const good = request.headers.authorization === 'Bearer t2';
    return (good ? ok : problem(401, 'unauthenticated'))(request, response);
  });
  const client = createClient({ url: server.url, apiToken: 'secret' });
  await client.meters.list().toArray();
  assert.equal(granted, 2);
  assert.equal(server.received.length, 4);
});

test('a token that is refused again is told, not asked for for ever', async () => {
  await using server = await faultyServer(withGateway(grant('t'), problem(401, 'unauthenticated')));
  const client = createClient({ url: server.url, apiToken: 'secret', retry });
  await assert.rejects(client.meters.list().toArray(), { name: 'ProblemError', status: 401 });
  assert.equal(server.received.length, 4);
});

test('a wrong API token is a TokenError in the words of the gateway, without the token', async () => {
  await using server = await faultyServer(
    json(400, {
      errorCode: 'invalid_grant',
      message: 'invalid_grant: Invalid refresh token: my-api-token',
      moduleCode: 340,
      statusCode: 400,
      requestId: 'r-7',
    }),
  );
  const client = createClient({ url: server.url, apiToken: 'my-api-token' });
  await assert.rejects(client.meters.list().toArray(), (error) => {
    assert.ok(error instanceof TokenError);
    assert.deepEqual([error.status, error.code, error.requestId], [400, 'invalid_grant', 'r-7']);
    assert.equal(error.message, 'invalid_grant: Invalid refresh token: … (400 invalid_grant)');
    return true;
  });
});

test('an answer that holds no token is no gateway', async () => {
  await using server = await faultyServer((_, response) => void response.end('<html>'));
  const client = createClient({ url: server.url, apiToken: 'secret' });
  await assert.rejects(client.meters.list().toArray(), { name: 'TokenError', code: 'no-token' });
});

test('a failed exchange is tried again by itself, and anew with the next call', async () => {
  await using server = await faultyServer(hangUp, problem(503, 'unavailable'), withGateway(grant('t'), ok));
  const client = createClient({ url: server.url, apiToken: 'secret', retry: { attempts: 2, firstPause: 1 } });
  await assert.rejects(client.meters.list().toArray(), { name: 'TokenError', status: 503 });
  assert.equal(server.received.length, 2);
  await client.meters.list().toArray();
  assert.equal(server.received.length, 4);
});

test('the API token may be read when it is needed', async () => {
  await using server = await faultyServer(withGateway(grant('t'), ok));
  const client = createClient({ url: server.url, apiToken: async () => ' from-a-file\n' });
  await client.meters.list().toArray();
  assert.equal(server.received[0]?.body, 'refresh_token=from-a-file');
  const without = createClient({ url: server.url, apiToken: () => '' });
  await assert.rejects(without.meters.list().toArray(), /API token is empty/);
});

test('a meter gives access tokens of its own, and is asked again when one ends or is refused', async () => {
  await using server = await faultyServer(problem(401, 'unauthenticated'), ok);
  let signedIn = 0;
  const client = createClient({
    url: server.url,
    accessToken: async () => {
      signedIn += 1;
      return { accessToken: `m${signedIn}`, expiresAt: Date.now() + 300_000 };
    },
  });
  await client.meters.list().toArray();
  await client.meters.list().toArray();
  assert.deepEqual(
    server.received.map(({ headers }) => headers.authorization),
    ['Bearer m1', 'Bearer m2', 'Bearer m2'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { faultyServer, grant, hangUp, problem, withGateway } from '../test/faulty-server.ts';
import { createClient } from './index.ts';

const apiToken = 'the-api-token-of-the-tests';
const accessToken = 'the-access-token-of-the-tests';
const told = (value: unknown) => inspect(value, { depth: 20, showHidden: true, getters: true });

test('neither a client nor any of its errors holds a token', async () => {
  const shown: string[] = [];
  for (const fate of [
    withGateway(grant(accessToken), problem(403, 'forbidden')),
    withGateway(grant(accessToken), hangUp),
    withGateway(hangUp, hangUp),
    problem(400, 'invalid-grant'),
  ]) {
    await using server = await faultyServer(fate);
    const client = createClient({ url: server.url, apiToken, retry: { attempts: 2, firstPause: 1 } });
    const calls: (() => Promise<unknown>)[] = [
      () => client.meters.list().toArray(),
      () => client.reports.download('ref'),
      () => client.uploads.send('a', 'package'),
      () => client.meters.register({ agentId: 'a', label: 'b' }),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => assert.fail('nothing failed'),
        (one: unknown) => one,
      );
      shown.push(told(error), String(error), JSON.stringify(error));
    }
    shown.push(told(client), JSON.stringify(client));
  }
  assert.ok(
    shown.some((one) => one.includes('ProblemError')) && shown.some((one) => one.includes('TokenError')),
  );
  for (const one of shown) {
    assert.ok(!one.includes(apiToken), one);
    assert.ok(!one.includes(accessToken), one);
  }
});

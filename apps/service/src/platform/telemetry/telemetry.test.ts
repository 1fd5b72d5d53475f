import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Caller } from '../http/index.ts';
import { appWith } from '../http/testing.ts';
import { createHealth, type Health, type HealthCheck, waitingCheck } from './health.ts';
import { createLogger } from './logger.ts';
import { createMetrics, requestObserver } from './metrics.ts';
import { telemetryRoutes } from './routes.ts';

const well: HealthCheck = { name: 'records', check: async () => ({ ok: true, detail: 'answers' }) };
const unwell: HealthCheck = { name: 'jobs', check: async () => ({ ok: false, detail: 'waits for 900 s' }) };
const callers: Record<string, Caller> = {
  operator: { organisationId: 'o', role: 'operator', actor: 'token:1' },
  administrator: { organisationId: 'o', role: 'administrator', actor: 'token:2' },
};
const appAsking = (checks: HealthCheck[], settings: { behindProxy?: boolean; ready?: boolean } = {}) =>
  appWith({
    callers,
    routes: [
      telemetryRoutes({
        metrics: createMetrics(),
        health: createHealth(checks),
        isReady: () => settings.ready ?? true,
        authenticate: async (bearer) => {
          const caller = callers[bearer];
          if (caller === undefined) throw new Error('unknown');
          return caller;
        },
        behindProxy: settings.behindProxy ?? false,
        fromAnywhere: false,
      }),
    ],
  });

describe('/healthz', () => {
  it('is green when every room is well, and 503 when one is not', async () => {
    assert.equal((await (await appAsking([well])).inject('/healthz')).statusCode, 200);
    const failing = await (await appAsking([well, unwell])).inject('/healthz');
    assert.equal(failing.statusCode, 503);
    assert.deepEqual(failing.json(), {
      status: 'failing',
      checks: { records: { ok: true, detail: 'answers' }, jobs: { ok: false, detail: 'waits for 900 s' } },
    });
  });

  it('tells strangers no details, and operators all', async () => {
    const app = await appAsking([unwell]);
    const ask = async (headers = {}) =>
      (await app.inject({ url: '/healthz', remoteAddress: '192.0.2.7', headers })).json();
    assert.deepEqual(await ask(), { status: 'failing' });
    assert.deepEqual(await ask({ authorization: 'Bearer administrator' }), { status: 'failing' });
    assert.deepEqual(await ask({ 'x-forwarded-for': '127.0.0.1' }), { status: 'failing' });
    assert.ok('checks' in (await ask({ authorization: 'Bearer operator' })));
  });

  it('behind a proxy takes nobody for local who may come from anywhere', async () => {
    const app = await appAsking([unwell], { behindProxy: true });
    assert.deepEqual((await app.inject('/healthz')).json(), { status: 'failing' });
  });

  it('is not green when a room throws', async () => {
    const broken: HealthCheck = {
      name: 'engine',
      check: () => Promise.reject(new Error('gone')),
    };
    assert.deepEqual((await (await appAsking([broken])).inject('/healthz')).json().checks.engine, {
      ok: false,
      detail: 'gone',
    });
  });
});

test('asking for health again within a second is no new work', async () => {
  let asked = 0;
  const counting = async (): Promise<Health> => {
    asked += 1;
    return { ok: true, detail: '' };
  };
  const health = createHealth([{ name: 'counting', check: counting }]);
  await Promise.all([health(), health(), health()]);
  assert.equal(asked, 1);
});

test('what waits is well up to its limit', async () => {
  const now = new Date('2023-01-01T00:10:00Z');
  const check = (since: string | undefined, runningSince = '2022-12-01T00:00:00Z') =>
    waitingCheck(
      'packages',
      async () => (since === undefined ? undefined : new Date(since)),
      600,
      () => now,
      new Date(runningSince),
    ).check();
  assert.equal((await check(undefined)).ok, true);
  assert.equal((await check('2023-01-01T00:00:00Z')).ok, true);
  assert.equal((await check('2022-12-31T23:59:59Z')).ok, false);
});

test('what came with a restored backup waits from the start of the service, and no longer', async () => {
  const now = new Date('2023-01-01T01:00:00Z');
  const check = (runningSince: string) =>
    waitingCheck(
      'packages',
      async () => new Date('2022-06-01T00:00:00Z'),
      600,
      () => now,
      new Date(runningSince),
    ).check();
  assert.deepEqual(await check('2023-01-01T00:59:30Z'), {
    ok: true,
    detail: 'the oldest has waited for 30 s; the limit is 600 s',
  });
  assert.equal((await check('2023-01-01T00:49:59Z')).ok, false);
});

test('/readyz is 503 until the service is ready', async () => {
  assert.equal((await (await appAsking([])).inject('/readyz')).statusCode, 200);
  assert.equal((await (await appAsking([], { ready: false })).inject('/readyz')).statusCode, 503);
});

describe('/metrics', () => {
  it('answers on the machine itself and to operators', async () => {
    const app = await appAsking([]);
    const local = await app.inject('/metrics');
    assert.equal(local.statusCode, 200);
    assert.match(local.body, /^process_cpu_seconds_total /m);
    const far = { url: '/metrics', remoteAddress: '192.0.2.7' };
    assert.equal((await app.inject(far)).statusCode, 403);
    assert.equal((await app.inject({ ...far, headers: { 'csp-auth-token': 'operator' } })).statusCode, 200);
  });

  it('counts requests by route and not by address', async () => {
    const metrics = createMetrics();
    const observe = requestObserver(metrics);
    observe('GET', '/reports/:year', 200, 0.01);
    observe('GET', undefined, 404, 0.01);
    const text = await metrics.text();
    assert.match(
      text,
      /meterhouse_http_request_seconds_count\{method="GET",route="\/reports\/:year",status="200"\} 1/,
    );
    assert.match(text, /route="none",status="404"\} 1/);
  });

  it('goes on when one figure cannot be read', async () => {
    const metrics = createMetrics();
    metrics.gauge('free_bytes', 'Free.', () => Promise.reject(new Error('gone')));
    metrics.gauge('queue', 'Waiting.', () => 3);
    assert.match(await metrics.text(), /^meterhouse_queue 3$/m);
  });
});

test('the log blanks secrets wherever they may stand', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (text: string) => void lines.push(text) });
  logger.info(
    { authorization: 'hunter2', headers: { cookie: 'hunter2', 'csp-auth-token': 'hunter2' } },
    'said',
  );
  logger.info({ request: { body: { password: 'hunter2' } } }, 'said');
  const failure = Object.assign(new Error('no such row'), { parameters: ['hunter2'], code: '23505' });
  logger.error({ err: failure }, 'failed');
  const line = lines.join('');
  assert.ok(!line.includes('hunter2'));
  assert.match(
    line,
    /"level":"error".*"code":"23505".*"message":"no such row"|"message":"no such row".*"code":"23505"/,
  );
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { after, before, test } from 'node:test';
import { problems } from '@meterhouse/contract';
import { settings } from '../src/platform/config/settings.ts';
import { activationOf, makeKey } from '../src/registry/testing-meters.ts';
import { type Answer, type House, openHouse } from './house.ts';
import { assertionOf, makeLiveMeter, meterAccess, signIn } from './meter.ts';
import { readOperations } from './openapi.ts';
import { callRaw, talk } from './raw.ts';

/** docs/limits.md is held to the running service: what it promises is tried at each limit and one beyond. */
const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (?!limit \||---)(.+?) \| (.+?) \| (?:`--(.+?)` )?\| (.+?) \|$/gm)].map(
  ([, limit, most, flag, beyond]) => ({ limit: limit!, most: most!, flag, beyond: beyond! }),
);
const fixed = rows.filter(({ flag }) => flag === undefined);
const numberOf = ({ most }: { most: string }) => Number(most.replaceAll(',', ''));
const row = (start: string) => {
  const found = fixed.filter(({ limit }) => limit.startsWith(start));
  assert.equal(found.length, 1, start);
  return found[0]!;
};

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house?.close());

test('the settings that limit are all there, with their defaults', () => {
  const limits = rows.filter(({ flag }) => flag !== undefined);
  const byFlag = new Map<string, string | undefined>(
    Object.entries(settings).map(([name, setting]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      'default' in setting ? setting.default : undefined,
    ]),
  );
  for (const { flag, most, limit } of limits) assert.equal(most, byFlag.get(flag!), limit);
  const limiting = [...byFlag.keys()].filter((flag) =>
    /^(max-|upload-|quota-|failures-|future-|disk-)/.test(flag),
  );
  assert.deepEqual(limits.map(({ flag }) => flag).sort(), limiting.sort());
});

test('what is beyond a limit is answered as the catalogue says', () => {
  const answered = rows.filter(({ beyond }) => beyond.includes('`'));
  assert.ok(answered.length > 20);
  for (const { beyond, limit } of answered) {
    const [, status, code] = /^(\d{3}) `([a-z-]+)`$/.exec(beyond)!;
    assert.equal(problems[code as keyof typeof problems].status, Number(status), limit);
  }
});

/** A call that is as large as the number says, for each fixed size of the page. */
const attempts: Readonly<Record<string, (size: number) => Promise<Answer>>> = {
  'a body that is not a package, bytes': (size) =>
    callRaw(house.url, 'POST', '/api/v1/customers', {
      headers: {
        authorization: `Bearer ${house.a.access.administrator}`,
        'content-type': 'application/json',
        'content-length': size,
      },
      body: JSON.stringify({ name: `made ${randomUUID()}` }).padEnd(size, ' '),
    }),
  'one part of a path': (size) => ask(`/usage/api/v1/agent-registrations/${'x'.repeat(size)}`),
  'items of a page': (size) => ask(`/api/v1/meters?limit=${size}`),
  'a filter': (size) => ask(`/api/v1/meters?filter=label==${'x'.repeat(size - 'label=='.length)}`),
  parentheses: (size) => ask(`/api/v1/meters?filter=${'('.repeat(size)}label==x${')'.repeat(size)}`),
  comparisons: (size) => ask(`/api/v1/meters?filter=${Array(size).fill('label==x').join(';')}`),
  'an Idempotency-Key': (size) =>
    house.call('POST', '/api/v1/customers', {
      bearer: house.a.access.administrator,
      headers: { 'idempotency-key': 'k'.repeat(size) },
      body: { name: `made ${randomUUID()}` },
    }),
  'a label of a meter': (size) => register({ label: 'x'.repeat(size) }),
  'a contract number': (size) =>
    house.call('POST', '/api/v1/contracts', {
      bearer: house.a.access.administrator,
      body: { number: 'x'.repeat(size), family: 'RENTAL', currency: 'USD', ruleSet: 'plain' },
    }),
};
const ask = (path: string) => house.call('GET', path, { bearer: house.a.access.administrator });
const register = (fields: object) =>
  house.call('POST', '/usage/api/v1/agent-registrations', {
    bearer: house.a.access.reporter,
    body: { agentId: randomUUID(), label: 'um', ...fields },
  });

for (const [limit, attempt] of Object.entries(attempts))
  test(`${limit}: at the limit taken, one beyond it refused`, async () => {
    const { beyond, ...most } = row(limit);
    const [, status, code] = /^(\d{3}) `([a-z-]+)`$/.exec(beyond)!;
    const refusal = (answer: Answer) => [answer.status, answer.json?.code];
    const [within, without] = [await attempt(numberOf(most)), await attempt(numberOf(most) + 1)];
    assert.deepEqual(refusal(without), [Number(status), code]);
    assert.notDeepEqual(refusal(within), refusal(without), within.text);
    assert.ok(within.status < 500);
  });

test('headers are taken up to their limit, with the address', async () => {
  const most = numberOf(row('all headers'));
  const heard = async (size: number) => {
    const start = 'GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: ';
    return talk(house.url, `${start}${'x'.repeat(size - start.length)}\r\n\r\n`);
  };
  // What the parser counts of line ends is its own affair.
  assert.match(await heard(most - 200), /^HTTP\/1\.1 200 /);
  assert.match(await heard(most + 200), /^HTTP\/1\.1 431 /);
});

test('a request id is kept up to its limit', async () => {
  const most = numberOf(row('an X-Request-Id'));
  const kept = async (size: number) => {
    const id = 'x'.repeat(size);
    const { headers } = await house.call('GET', '/readyz', { headers: { 'x-request-id': id } });
    return headers.get('x-request-id') === id;
  };
  assert.deepEqual([await kept(most), await kept(most + 1)], [true, false]);
});

test('the server waits no longer than the page says', () => {
  const server = house.service.app.server as Server;
  assert.equal(server.headersTimeout, numberOf(row('headers to arrive')) * 1000);
  assert.equal(server.timeout, numberOf(row('a connection on which nothing moves')) * 1000);
  assert.equal(server.keepAliveTimeout, numberOf(row('a kept connection')) * 1000);
  // The longest that any request may take is an upload's.
  assert.equal(server.requestTimeout, 3_600_000);
});

test('wrong secrets are slowed down at each door, by address and by beginning, and the right one passes', async () => {
  const mostOf = (flag: string) => Number(rows.find((one) => one.flag === flag)!.most);
  const gateway = (value: string) =>
    house.call('POST', '/csp/gateway/am/api/auth/api-tokens/authorize', {
      body: new URLSearchParams({ refresh_token: value }),
    });
  const statuses = new Map<number, number>();
  const alike = mostOf('failures-per-token');
  for (let index = 0; index <= alike; index += 1) {
    const answer = await gateway(`beginning-${randomUUID()}`);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status === 429) assert.match(answer.headers.get('retry-after')!, /^[1-9]\d?$/);
  }
  assert.deepEqual(
    [...statuses],
    [
      [400, alike],
      [429, 1],
    ],
  );
  // Those were of this address, too.
  for (let index = alike + 1; index < mostOf('failures-per-address'); index += 1)
    assert.equal((await gateway(randomUUID())).status, 400);
  assert.equal((await gateway(randomUUID())).status, 429);
  assert.equal((await gateway(house.a.apiTokens.reader)).status, 200);

  const meter = await makeLiveMeter(house, house.a);
  const made = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activation-token`, {
    bearer: house.a.access.administrator,
  });
  const stranger = { ...meter, key: await makeKey() };
  const assertion = async () => signIn(house, await assertionOf(house.url, stranger));
  const activation = async () => {
    const token = `${made.json.activationToken.slice(0, -4)}aaaa`;
    return house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activate`, {
      body: { activation: await activationOf(meter.agentId, token, stranger.key) },
    });
  };
  for (const attempt of [assertion, activation]) {
    const answers: number[] = [];
    for (let index = 0; index <= mostOf('failures-per-token'); index += 1)
      answers.push((await attempt()).status);
    assert.notEqual(answers[0], 429);
    assert.equal(answers.at(-1), 429, answers.join());
  }
  assert.match(await meterAccess(house, meter), /^ey/);
});

test('every answer carries the security headers and allows no other origin', async () => {
  const operations = (await readOperations(house)).filter(({ method }) => method === 'GET');
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
  for (const path of ['/no/such', '/docs', '/', ...operations.map((one) => one.path)])
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await callRaw(house.url, method, path, { headers });
      const told = `${method} ${path}`;
      assert.match(answer.headers.get('content-security-policy')!, /frame-ancestors 'none'/, told);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff', told);
      assert.equal(answer.headers.get('x-frame-options'), 'DENY', told);
      for (const [name] of answer.headers) assert.ok(!name.startsWith('access-control-'), told);
      assert.ok(!answer.text.includes('evil.example'), told);
    }
});

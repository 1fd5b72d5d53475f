import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { problems } from '@meterhouse/contract';
import { type House, openHouse } from './house.ts';
import { assertionOf, type LiveMeter, makeLiveMeter, signIn } from './meter.ts';
import { isAsDescribed, isProblem, type Operation, readOperations } from './openapi.ts';
import { callRaw, talk } from './raw.ts';

let house: House;
let operations: readonly Operation[];
let meter: LiveMeter;
let operator: string;
const registrations = '/usage/api/v1/agent-registrations';

before(async () => {
  house = await openHouse({ flags: ['--failures-per-address', '50000', '--failures-per-token', '50000'] });
  operations = await readOperations(house);
  meter = await makeLiveMeter(house, house.a);
  operator = await house.exchange(house.operatorToken);
});
after(() => house?.close());
beforeEach(() => {
  house.lines.length = 0;
});

/** A bearer that reaches the operation. */
const bearerFor = ({ least }: Operation) => (least === 'operator' ? operator : house.a.access.administrator);

function pathOf({ path }: Operation, values: Readonly<Record<string, string>> = {}): string {
  const usual: Record<string, string> = {
    agentId: meter.agentId,
    uploadId: randomUUID(),
    rebuildId: randomUUID(),
    number: '1012345',
    code: 'not-found',
    year: '2023',
    month: '3',
    ...values,
  };
  return path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => usual[name] ?? 'x');
}

/** How many rows each table has: what refusals must not change. */
async function rowCounts(): Promise<object> {
  const tables = ['meters', 'meter_assignments', 'meter_keys', 'uploads', 'slices', 'audit_log', 'rebuilds'];
  const counts = tables.map((table) => `(select count(*)::int from ${table}) as ${table}`);
  return (await house.database.query(`select ${counts.join(', ')}`))[0] as object;
}

/** Nobody was surprised: no line of the log says so, and each line is one JSON object. */
function assertCalmLog(): void {
  for (const line of house.lines) {
    assert.equal(line.indexOf('\n'), line.length - 1, 'a line of the log is forged');
    const { level, msg } = JSON.parse(line);
    assert.ok(level !== 'error' && level !== 'fatal', line);
    assert.ok(typeof msg === 'string');
  }
}

test('every parameter of every path takes hostile texts without a surprise', async () => {
  const hostile = [
    '..',
    '%2e%2e',
    '..%2f..%2f..%2fetc%2fpasswd',
    '%00',
    '%ff',
    '%0d%0aSet-Cookie:%20a=b',
    '%0a{%22level%22:%22fatal%22}',
    'x'.repeat(201),
    'x'.repeat(8000),
    '0',
    '-1',
    '0000',
    '9999',
    '99999999999999999999',
    '1e1',
    '%2B1',
    '%D9%A1',
    "';drop%20table%20meters;--",
    'constructor',
    '__proto__',
    '%F0%9F%98%80',
    '*',
    '{agentId}',
    '%24%7Bjndi:ldap:x%7D',
    `${meter.agentId}%00`,
    `${meter.agentId}%0a`,
    `${meter.agentId} `.replaceAll(' ', '%20'),
  ];
  const before = await rowCounts();
  for (const operation of operations) {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    for (const name of names)
      for (const text of hostile) {
        const path = pathOf(operation, { [name]: text });
        const answer = await callRaw(house.url, operation.method, path, {
          headers: { authorization: `Bearer ${bearerFor(operation)}` },
        });
        const told = `${operation.method} ${path.slice(0, 200)}`;
        isAsDescribed(operation, answer, told);
        assert.notEqual(answer.status, 503, told);
        assert.equal(answer.headers.get('set-cookie'), null, told);
        assert.ok(!answer.text.includes('x'.repeat(201)), `${told} repeats what came`);
        // Only what is a year, a month or a code may be found.
        if (name.endsWith('Id'))
          assert.ok([400, 404, 405].includes(answer.status), `${told}: ${answer.status}`);
      }
  }
  assert.deepEqual(await rowCounts(), before);
  assertCalmLog();
});

test('every query takes hostile texts, twice the same, and names that are none', async () => {
  const texts = [
    '',
    '0',
    '-1',
    '1e9',
    '%00',
    '%0a',
    '%ff',
    '%',
    'null',
    'x'.repeat(6000),
    "'%20or%201=1--",
    '%ED%A0%80',
  ];
  const unknown = [
    'refresh_token=%00',
    '__proto__=1',
    'a[b]=1',
    '=',
    'constructor[prototype][x]=1',
    '&&&&==',
  ];
  const queriesOf = ({ query }: Operation) => [
    ...query.flatMap((name) => [
      ...texts.map((text) => `${name}=${text}`),
      `${name}=1&${name}=1`,
      `${name}[]=1`,
    ]),
    ...unknown,
  ];
  const before = await rowCounts();
  // A new rebuild or activation token is no more hostile for its query.
  const quiet = operations.filter(({ path }) => !/openapi|rebuilds$|activation-token$/.test(path));
  for (const operation of quiet)
    for (const query of queriesOf(operation)) {
      const path = `${pathOf(operation)}?${query}`;
      const answer = await callRaw(house.url, operation.method, path, {
        headers: { authorization: `Bearer ${bearerFor(operation)}` },
      });
      const told = `${operation.method} ${path.slice(0, 200)}`;
      isAsDescribed(operation, answer, told);
      assert.notEqual(answer.status, 503, told);
      if (operation.path.startsWith('/api/v1/'))
        assert.equal(answer.status, 400, `${told} takes what it does not know`);
    }
  assert.deepEqual(await rowCounts(), before);
  assertCalmLog();
});

test('every path refuses the methods that it does not take, with Allow', async () => {
  const methods = [
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'LOCK',
    'QUERY',
    'SEARCH',
  ];
  const paths = new Map<string, string[]>();
  for (const { path, method } of operations) paths.set(path, [...(paths.get(path) ?? []), method]);
  for (const [path, taken] of paths)
    for (const method of methods.filter((one) => !taken.includes(one))) {
      const answer = await callRaw(house.url, method, pathOf({ path } as Operation), {
        headers: {
          authorization: `Bearer ${operator}`,
          'content-type': 'application/json',
          'content-length': 2,
        },
        body: '{}',
      });
      isProblem(path.startsWith('/csp') || path === '/oauth2/token' ? '' : path, answer, `${method} ${path}`);
      assert.equal(answer.status, 405, `${method} ${path}`);
      const allowed = answer.headers
        .get('allow')!
        .split(', ')
        .filter((one) => one !== 'HEAD');
      assert.deepEqual(allowed.sort(), taken.filter((one) => one !== 'HEAD').sort(), path);
    }
  assertCalmLog();
});

test('every POST takes hostile bodies of every content type', async () => {
  const deep = (open: string, close: string) => `${open.repeat(60_000)}${close.repeat(60_000)}`;
  const bodies: (string | Uint8Array)[] = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '1e999',
    '{}{}',
    '{"a":1,}',
    '// no',
    '\u0000',
    '\ufeff{}',
    deep('[', ']'),
    deep('{"a":', '}').replace('}', '1}'),
    '{"__proto__":{"role":"operator"}}',
    '{"constructor":{"prototype":{"role":"operator"}}}',
    `{"agentId":"${randomUUID()}","agentId":5,"label":"twice","label":7}`,
    JSON.stringify({ label: 'x'.repeat(300_000) }),
    `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join()}}`,
    Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    'a=1&a=2&__proto__=3&refresh_token=%00&refresh_token=%ff',
    'grant_type=client_credentials&client_assertion=%00&client_assertion_type=x&client_id=%0a',
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
  ];
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    undefined,
    'application/json; charset=utf-16',
    'application/json;x="',
    'text/plain',
    'text/json',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/vnd.meterhouse.usage+gzip',
    'application/octet-stream',
    'nonsense',
    '*/*',
    'application/json, application/xml',
  ];
  const before = await rowCounts();
  const posts = operations.filter(
    ({ method, path }) => method === 'POST' && !/(rebuilds|backups)$/.test(path),
  );
  for (const operation of posts.filter(({ path }) => !path.endsWith('/activation-token')))
    for (const [index, body] of bodies.entries())
      for (const type of index < 3 ? types : types.slice(0, 3)) {
        const answer = await callRaw(house.url, 'POST', pathOf(operation), {
          headers: {
            authorization: `Bearer ${bearerFor(operation)}`,
            'content-length': Buffer.byteLength(body),
            ...(type === undefined ? {} : { 'content-type': type }),
          },
          body,
        });
        const told = `${operation.name} with body ${index} as ${type}`;
        assert.ok(answer.status >= 400 && answer.status < 500, `${told}: ${answer.status} ${answer.text}`);
        isProblem(operation.path, answer, told);
      }
  assert.deepEqual(await rowCounts(), before);
  assertCalmLog();
});

test('an empty body of any content type is fine where none is needed', async () => {
  const types = [
    'application/json',
    'text/plain',
    'application/xml',
    'image/png',
    'multipart/form-data',
    'nonsense',
  ];
  const bodyless = operations.filter(
    ({ method, path }) =>
      method === 'GET' || path.endsWith('/activation-token') || path === '/api/v1/rebuilds',
  );
  for (const operation of bodyless) {
    const ask = (headers: Record<string, string | number>) =>
      callRaw(house.url, operation.method, pathOf(operation), {
        headers: { authorization: `Bearer ${bearerFor(operation)}`, ...headers },
      });
    const { status } = await ask({});
    for (const type of types)
      for (const length of [{}, { 'content-length': 0 }, { 'transfer-encoding': 'chunked' }]) {
        const answer = await ask({ 'content-type': type, ...(operation.method === 'GET' ? {} : length) });
        assert.equal(
          answer.status,
          status,
          `${operation.name} with ${type} ${JSON.stringify(length)}: ${answer.text}`,
        );
      }
  }
  assertCalmLog();
});

/** A good body of each POST that has one, and which fields it must refuse when their type is another. */
const goodBodies = () => ({
  [registrations]: {
    agentId: randomUUID(),
    label: 'um',
    connectivityMode: 'ONLINE',
    meteringMode: 'PRODUCTION',
    contractNumber: '1012345',
    siteName: 'Site A',
    version: '4.6',
  },
  '/usage/api/v1/agents/{agentId}/activate': { activation: meter.activation },
  '/api/v1/meters/{agentId}/undelete': { sequence: 7 },
});

test('a value of another type is refused at its place and never made to fit, and all faults are told at once', async () => {
  const wrong = [5, '5', '', true, null, [], ['ONLINE'], {}, 1.5, -1, 1e300];
  const before = await rowCounts();
  for (const [path, good] of Object.entries(goodBodies())) {
    const operation = operations.find((one) => one.path === path && one.method === 'POST')!;
    const send = (body: object) =>
      house.call('POST', pathOf(operation), { bearer: bearerFor(operation), body });
    for (const [field, value] of Object.entries(good)) {
      for (const bad of wrong) {
        if (typeof bad === typeof value && Number.isInteger(bad) && (bad as number) > 0) continue;
        if (bad === '5' && ['label', 'siteName', 'contractNumber', 'version'].includes(field)) continue;
        const answer = await send({ ...good, [field]: bad });
        assert.equal(answer.status, 400, `${path} ${field} = ${JSON.stringify(bad)}: ${answer.text}`);
        const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer);
        assert.deepEqual([...new Set(pointers)], [`/${field}`], `${field} = ${JSON.stringify(bad)}`);
      }
    }
    const all = Object.fromEntries(Object.keys(good).map((field) => [field, []]));
    const answer = await send(all);
    const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer);
    assert.deepEqual(
      [...new Set(pointers)].sort(),
      Object.keys(good)
        .map((field) => `/${field}`)
        .sort(),
    );
  }
  assert.deepEqual(await rowCounts(), before);
  assertCalmLog();
});

test('an own path refuses unknown fields, a compatible one ignores them', async () => {
  for (const [path, good] of Object.entries(goodBodies())) {
    const operation = operations.find((one) => one.path === path && one.method === 'POST')!;
    const answer = await house.call('POST', pathOf(operation), {
      bearer: bearerFor(operation),
      body: { ...good, unheardOf: { of: [1] } },
    });
    const faults = JSON.stringify(answer.json?.errors ?? []);
    assert.equal(
      /unheardOf/.test(faults),
      path.startsWith('/api/v1/'),
      `${path}: ${answer.status} ${answer.text}`,
    );
    if (!path.startsWith('/api/v1/')) assert.ok(answer.status < 300, answer.text);
  }
  await house.exchange(house.a.apiTokens.reader);
  const form = new URLSearchParams({ refresh_token: house.a.apiTokens.reader, passcode: 'x', scope: 'y' });
  const gateway = '/csp/gateway/am/api/auth/api-tokens/authorize';
  assert.equal((await house.call('POST', gateway, { body: form })).status, 200);
});

test('control characters are refused in every label and name, and long ones at their limit in characters', async () => {
  const register = (fields: object) =>
    house.call('POST', registrations, {
      bearer: house.a.access.reporter,
      body: { agentId: randomUUID(), label: 'um', contractNumber: '1012345', ...fields },
    });
  const controls = ['\t', '\n', '\r', '\0', '\x1b[2J', '\x7f', '\u0085', '\u2028', '\u2029', '\ud800'];
  for (const field of ['label', 'siteName', 'contractNumber', 'version'])
    for (const control of controls) {
      const answer = await register({ [field]: `a${control}b` });
      assert.equal(answer.status, 400, `${field} with ${JSON.stringify(control)}`);
      assert.equal(answer.json.errors[0].pointer, `/${field}`);
      assert.ok(!answer.text.includes(`a${control}b`));
    }
  assert.equal((await register({ label: '😀'.repeat(512) })).status, 202);
  assert.equal((await register({ label: '😀'.repeat(513) })).status, 400);
  const reason = (text: string) =>
    house.call(
      'POST',
      `/usage/api/v1/agents/${meter.agentId}/uploads?correction=${encodeURIComponent(text)}`,
      {
        bearer: house.a.access.administrator,
        headers: { 'content-type': 'application/gzip' },
        body: 'x',
      },
    );
  for (const control of controls.slice(0, -1)) {
    const answer = await reason(`a${control}b`);
    assert.equal(answer.status, 400, JSON.stringify(control));
    assert.equal(answer.json.errors[0].pointer, 'query/correction');
  }
  assertCalmLog();
});

test('what a meter signs may hold anything and surprises nobody', async () => {
  const claims: Record<string, unknown>[] = [
    { jti: 'a\0b' },
    { jti: '' },
    { jti: 'x'.repeat(20_000) },
    { jti: 5 },
    { jti: '\ud800' },
    { exp: 1e300 },
    { exp: -1 },
    { iat: 'now' },
    { exp: 253402300800 },
    { aud: [house.url] },
    { sub: {} },
    { nbf: 9_999_999_999 },
  ];
  for (const claim of claims) {
    const answer = await signIn(house, await assertionOf(house.url, meter, claim));
    const told = JSON.stringify(claim).slice(0, 60);
    assert.ok([400, 401].includes(answer.status), `${told}: ${answer.status} ${answer.text}`);
    isProblem('/oauth2/token', answer, told);
  }
  assertCalmLog();
});

test('a request id that would forge the log, or an answer, is replaced', async () => {
  for (const id of ['{"level":"fatal"}', 'a b', 'x'.repeat(129), 'a"b', "a'b", '<script>', 'é', '', 'a,b']) {
    const answer = await callRaw(house.url, 'GET', '/readyz', {
      headers: { 'x-request-id': Buffer.from(id).toString('latin1') },
    });
    assert.match(answer.headers.get('x-request-id')!, /^[0-9a-f-]{36}$/, id);
  }
  assert.ok(!house.lines.join('').includes('fatal'));
  assertCalmLog();
});

test('what is not HTTP, or two requests in one, is refused and the connection ends', async () => {
  const host = 'Host: x\r\n';
  const post = `POST ${registrations} HTTP/1.1\r\n${host}`;
  const cases: [string, RegExp][] = [
    ['hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['GET /readyz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [`GET /readyz HTTP/1.1\r\n${host}Bad Header: x\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [`GET /readyz HTTP/1.1\r\n${host}A: b\r\n : c\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [`GET /readyz HTTP/1.1\r\n${host}A: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, /^HTTP\/1\.1 431 /],
    [`${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [`${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, /^HTTP\/1\.1 400 /],
    [`${post}Content-Length: -5\r\n\r\nhello`, /^HTTP\/1\.1 400 /],
    [`${post}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`${post}Connection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`GET http://evil.example/readyz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, /^HTTP\/1\.1 (200|404) /],
    [`CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`, /^(HTTP\/1\.1 4\d\d |$)/],
    [
      `GET /readyz HTTP/1.1\r\n${host}Expect: the-unexpected\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 417 /,
    ],
    [
      `GET /readyz HTTP/1.1\r\n${host}Upgrade: websocket\r\nConnection: upgrade, close\r\n\r\n`,
      /^HTTP\/1\.1 200 /,
    ],
  ];
  for (const [bytes, expected] of cases) {
    const heard = await talk(house.url, Buffer.from(bytes, 'latin1'));
    assert.match(heard, expected, JSON.stringify(bytes.slice(0, 80)));
    assert.ok(heard.split('HTTP/1.1 ').length <= 2, `two answers: ${heard}`);
  }
  assertCalmLog();
});

test('the type of a problem leads to its page, whatever Host a caller names', async () => {
  for (const code of Object.keys(problems))
    assert.equal((await house.call('GET', `/docs/problems/${code}`)).status, 200, code);
  const answer = await callRaw(house.url, 'GET', '/no/such', {
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
  });
  assert.ok(answer.json.type.startsWith(`${house.url}/docs/problems/`));
  assert.ok(!answer.text.includes('evil'));
});

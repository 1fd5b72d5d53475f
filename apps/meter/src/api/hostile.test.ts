import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import fastify from 'fastify';
import { request } from 'undici';
import { answerErrors } from './answer-errors.ts';
import { createApi } from './api.ts';
import { DAY_MS } from './certificate.ts';
import { makeCertificate } from './make-certificate.ts';
import { Sessions } from './sessions.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { dispatcher, loginCheck, PASSWORD, type Running, running, START, USER } from './testing.ts';

const LOGIN = { body: { user: USER, password: PASSWORD } };
const REQUIRED = {
  errCode: 'GW_LOGIN_REQUIRED',
  errMessage: 'Your session not found or already expired. Please login',
};

/** Everything but the logins and what a stranger may ask. */
const CALLS = [
  ['POST', '/api/v1/logout'],
  ['GET', '/api/v1/product'],
  ['POST', '/api/v1/product'],
  ['PUT', '/api/v1/product'],
  ['DELETE', '/api/v1/product?id=1&forget=true'],
  ['GET', '/api/v1/user_action'],
  ['PUT', '/api/v1/accept_certificate'],
  ['GET', '/api/v1/um_journal'],
  ['GET', '/api/v1/rules'],
  ['POST', '/api/v1/rules'],
  ['PATCH', '/api/v1/rules'],
  ['DELETE', '/api/v1/rules?name=x'],
  ['GET', '/api/v1/rules/1'],
  ['PATCH', '/api/v1/rules/1'],
  ['DELETE', '/api/v1/rules/1'],
  ['GET', '/api/v1/rules/audit?reportType=mappedVMs'],
  ['GET', '/api/v1/anon-settings'],
  ['PATCH', '/api/v1/anon-settings'],
  ['PUT', '/api/v1/anon-settings'],
  ['POST', '/api/v1/deanonymize'],
  ['GET', '/api/v1/usage-data/2023-01'],
  ['GET', '/api/v1/cloud-auth'],
  ['PUT', '/api/v1/cloud-auth'],
  ['GET', '/api/v1/agent_info'],
] as const;

test('no call is answered without a session, with another meter’s, with a cookie, or with what is none', async (t) => {
  const run = await running(t);
  const foreign = (await running(t)).session;
  const lacking = [
    { sessionid: '' },
    { sessionid: foreign },
    { sessionid: `${run.session} `.repeat(2) },
    { sessionid: `${run.session.slice(0, -1)}~` },
    { sessionid: '', cookie: `sessionid=${run.session}` },
    { sessionid: '', authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` },
    { sessionid: '', authorization: 'Bearer' },
  ];
  for (const [method, path] of CALLS)
    for (const headers of lacking) {
      const body =
        method === 'GET' || method === 'DELETE'
          ? {}
          : { raw: '{"broken', headers: { ...headers, 'content-type': 'application/json' } };
      const { status, json } = await run.ask(method, path, { headers, ...body });
      assert.deepEqual([status, json], [401, REQUIRED], `${method} ${path} ${Object.keys(headers)}`);
    }
  const known = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('-routes.ts'))
    .flatMap((name) => [
      ...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/'(\/api\/v1\/[^']+)'/g),
    ])
    .map(([, path]) => path!.replace(/:\w+/, '(1|2023-01)'));
  for (const path of known.filter((one) => !one.endsWith('/login')))
    assert.ok(
      CALLS.some(([, called]) => new RegExp(`^${path}$`).test(called.split('?')[0]!)),
      `${path} is not tried`,
    );
});

test('guessing is slowed down and told in the journal; the right password passes all the same', async (t) => {
  const run = await running(t);
  const guess = () => run.ask('POST', '/api/v1/login', { body: { user: USER, password: 'guess' } });
  const answers = [];
  for (let n = 0; n < 14; n += 1) answers.push(await guess());
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...Array(10).fill(401), ...Array(4).fill(429)],
  );
  assert.match(String(answers.at(-1)!.headers['retry-after']), /^\d+$/);
  assert.equal(answers.at(-1)!.json.errCode, 'GW_TOO_MANY_REQUESTS');
  assert.equal((await run.ask('POST', '/api/v1/login', LOGIN)).status, 202);
  const told = await run.journal.list({ code: 'login-guessing' });
  assert.deepEqual(
    told.map(({ count, message }) => [count, message]),
    [[1, 'Many wrong logins at the API from 127.0.0.1.']],
  );
});

test('a flood of logins is cut before any password is checked', async (t) => {
  let checks = 0;
  const check = loginCheck();
  const run = await running(t, {
    checkLogin: (user, password) => {
      checks += 1;
      return check(user, password);
    },
  });
  const statuses = new Set<number>();
  for (let n = 0; n < 80; n += 1) statuses.add((await run.ask('POST', '/api/v1/login', LOGIN)).status);
  assert.deepEqual([...statuses], [202, 429]);
  assert.equal(checks, 60);
});

test('logins at once wait their turn, and beyond a bound they are told to come again', async (t) => {
  let open = () => {};
  let gate: Promise<void> = Promise.resolve();
  let atOnce = 0;
  let most = 0;
  const run = await running(t, {
    async checkLogin() {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await gate;
      atOnce -= 1;
      return true;
    },
  });
  gate = new Promise((resolve) => (open = resolve));
  let refused = 0;
  const answers = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const { status } = await run.ask('POST', '/api/v1/login', LOGIN);
      refused += Number(status === 503);
      if (refused === 8) open();
      return status;
    }),
  );
  assert.deepEqual([answers.filter((status) => status === 202).length, refused, most], [22, 8, 2]);
});

test('sessions are bounded: the one that was used longest ago goes', async () => {
  const time = { now: () => START, sleep: async () => {} };
  const sessions = new Sessions(time);
  const ids = Array.from({ length: 100 }, () => sessions.open().id);
  assert.ok(sessions.holds(ids[0]!));
  sessions.open();
  assert.deepEqual(
    [sessions.holds(ids[0]!), sessions.holds(ids[1]!), sessions.holds(ids[2]!)],
    [true, false, true],
  );
});

/** What the API answers to bytes that no HTTP library would send. */
async function raw(run: Running, text: string): Promise<string> {
  const socket = connect({ port: run.api.port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.write(text);
  let answer = '';
  socket.on('data', (piece) => (answer += piece));
  await once(socket, 'close');
  run.said.push(answer);
  return answer;
}

test('what is no HTTP, or smuggles a second request, is refused in the published shape and the connection ends', async (t) => {
  const run = await running(t);
  const host = 'Host: meter\r\n';
  for (const [text, status, errCode] of [
    ['EHLO meter\r\n\r\n', 400, 'GW_BAD_REQUEST'],
    [`GET /healthz HTTP/1.1\r\n${host}X-A: a\u0000b\r\n\r\n`, 400, 'GW_BAD_REQUEST'],
    [`GET /healthz HTTP/1.1\r\n${host}sessionid: a\r\n b\r\n\r\n`, 400, 'GW_BAD_REQUEST'],
    [
      `POST /api/v1/login HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'GW_BAD_REQUEST',
    ],
    [`GET /healthz HTTP/1.1\r\n${host}X-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'GW_HEADERS_TOO_LARGE'],
    [`GET /%zz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 400, 'GW_BAD_REQUEST'],
    [
      `GET /api/v1/rules/${'x'.repeat(200)} HTTP/1.1\r\n${host}Connection: close\r\nsessionid: ${run.session}\r\n\r\n`,
      404,
      'GW_NOT_FOUND',
    ],
  ] as const) {
    const answer = await raw(run, text);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), text.slice(0, 60));
    assert.match(answer, new RegExp(`"errCode":"${errCode}"`));
    assert.match(answer, /cache-control: no-store/i);
  }
});

test('bodies are refused by size, type and form, without repeating them', async (t) => {
  const run = await running(t);
  const post = (text: string | Buffer, type = 'application/json') =>
    run.ask('POST', '/api/v1/product', { raw: text, headers: { 'content-type': type } });
  for (const [answer, status, errCode] of [
    [await post(Buffer.alloc(5 * 1024 * 1024, ' ')), 413, 'GW_BODY_TOO_LARGE'],
    [await post('{"password":"hunter2-broken'), 400, 'GW_BAD_REQ_BODY'],
    [await post('{"__proto__":{"password":"hunter2-proto"}}'), 400, 'GW_BAD_REQ_BODY'],
    [await post('{"constructor":{"prototype":{"x":"hunter2"}}}'), 400, 'GW_BAD_REQ_BODY'],
    [await post('host=hunter2', 'application/x-www-form-urlencoded'), 415, 'GW_MEDIA_TYPE'],
    [await post('hunter2', 'text/plain'), 415, 'GW_MEDIA_TYPE'],
    [await post(''), 400, 'GW_BAD_REQ_BODY'],
    [await post('"hunter2"'), 400, 'GW_BAD_REQ_BODY'],
  ] as const) {
    assert.deepEqual([answer.status, answer.json.errCode], [status, errCode]);
    assert.doesNotMatch(answer.text, /hunter2/);
  }
  // Without a length in advance, too.
  const chunks = Readable.from(Array.from({ length: 80 }, () => Buffer.alloc(65_536, ' ')));
  const chunked = await request(`${run.url}/api/v1/product`, {
    method: 'POST',
    dispatcher,
    headers: { sessionid: run.session, 'content-type': 'application/json' },
    body: chunks,
  }).then(
    ({ statusCode, body }) => body.dump().then(() => statusCode),
    // The connection may end before all of it was sent.
    (error: { code: string }) => error.code,
  );
  assert.ok(chunked === 413 || /EPIPE|ECONNRESET|UND_ERR_SOCKET/.test(String(chunked)), String(chunked));
  assert.equal((await run.ask('GET', '/api/v1/product')).status, 200);
});

test('a body that stalls is cut with 408, while others are answered', async (t) => {
  const run = await running(t);
  const head = `POST /api/v1/product HTTP/1.1\r\nHost: m\r\nsessionid: ${run.session}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"host`;
  const slow = raw(run, head);
  assert.equal((await run.ask('GET', '/api/v1/product')).status, 200);
  assert.match(await slow, /^HTTP\/1\.1 408 .*GW_REQUEST_TIMEOUT/s);
});

test('unknown addresses are 404, other methods 405 with Allow, and no other origin is let in', async (t) => {
  const run = await running(t);
  for (const path of [
    '/',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v1/../../etc/passwd',
    '//evil.example/',
    '/api/v1/product/1',
  ])
    assert.deepEqual([path, (await run.ask('GET', path)).json.errCode], [path, 'GW_NOT_FOUND']);
  const wrong = await run.ask('PATCH', '/api/v1/product', { body: {} });
  assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'DELETE, GET, HEAD, POST, PUT']);
  const preflight = await run.ask('OPTIONS', '/api/v1/login', {
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(preflight.status, 405);
  const { headers } = await run.ask('GET', '/api/v1/product', {
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['set-cookie'], undefined);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
  assert.equal(headers['strict-transport-security'], undefined);
});

test('an error of ours tells the caller nothing and the log everything', async (t) => {
  const run = await running(t);
  Object.assign(run.meter, {
    rules: async () => {
      throw new Error('cannot open /var/lib/secret-place');
    },
  });
  const { status, text, json } = await run.ask('GET', '/api/v1/rules');
  assert.deepEqual([status, json.errCode], [500, 'GW_INTERNAL']);
  assert.doesNotMatch(text, /secret-place/);
  assert.match(run.logged.join(''), /secret-place/);
});

test('strangers elsewhere hear whether the meter is well, and neither why nor its figures', async () => {
  const app = fastify();
  answerErrors(app);
  const time = { now: () => START, sleep: async () => {} };
  const sessions = new Sessions(time);
  const control = {
    status: async () => ({ products: [], startedAt: START, online: true, spoolBytes: 0, spoolLimitBytes: 9 }),
  };
  const metrics = { contentType: 'text/plain', text: async () => 'figures', observe: () => {} };
  telemetryRoutes(app, { control: control as never, metrics, sessions, time, isReady: () => true });
  const get = (url: string, remoteAddress: string, headers = {}) =>
    app.inject({ url, remoteAddress, headers });
  assert.deepEqual((await get('/healthz', '10.0.0.1')).json(), { status: 'ok' });
  assert.equal((await get('/metrics', '10.0.0.1')).statusCode, 403);
  for (const [address, headers] of [
    ['127.0.0.1', {}],
    ['::1', {}],
    ['10.0.0.1', { sessionid: sessions.open().id }],
  ] as const) {
    assert.ok((await get('/healthz', address, headers)).json().checks, address);
    assert.equal((await get('/metrics', address, headers)).body, 'figures');
  }
  await app.close();
});

test('a package that goes away in the middle breaks the answer, so that nobody takes it for the whole', async (t) => {
  const run = await running(t);
  const packages = join(run.meter.dir, 'packages');
  const names = Array.from({ length: 12 }, (_, n) => `usage_a_1_${String(n).padStart(6, '0')}_2023-01.gz`);
  for (const name of names) writeFileSync(join(packages, name), Buffer.alloc(4_000_000, name));
  const { body, statusCode } = await request(`${run.url}/api/v1/usage-data/2023-01`, {
    dispatcher,
    headers: { sessionid: run.session },
  });
  assert.equal(statusCode, 200);
  const reading = (async () => {
    let bytes = 0;
    for await (const piece of body) {
      if (bytes === 0) {
        rmSync(join(packages, names.at(-1)!));
        await wait(50);
      }
      bytes += piece.length;
    }
    return bytes;
  })();
  await assert.rejects(reading, /terminated|closed|aborted|other side/);
  const gone = { name: names[0]!, paths: [join(packages, 'gone')] };
  Object.assign(run.meter, { usageData: async () => [gone] });
  assert.equal((await run.ask('GET', '/api/v1/usage-data/2023-01')).json.errCode, 'GW_UNAVAILABLE');
  Object.assign(run.meter, {
    usageData: async () => [{ name: '../../evil', paths: [join(packages, names[0]!)] }],
  });
  assert.equal((await run.ask('GET', '/api/v1/usage-data/2023-01')).json.errCode, 'GW_INTERNAL');
});

test('a client that goes away in the middle of a month’s packages leaves no file open', async (t) => {
  const run = await running(t);
  for (let n = 0; n < 6; n += 1)
    writeFileSync(join(run.meter.dir, 'packages', `usage_a_1_00000${n}_2023-01.gz`), Buffer.alloc(8_000_000));
  const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).includes('/packages/')).length;
  const { body } = await request(`${run.url}/api/v1/usage-data/2023-01`, {
    dispatcher,
    headers: { sessionid: run.session },
  });
  for await (const _ of body) break;
  for (let n = 0; n < 100 && open() > 0; n += 1) await wait(20);
  assert.equal(open(), 0);
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

test('many products added at once get a number each, and each is in the settings', async (t) => {
  const run = await running(t);
  const added = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      run.ask('POST', '/api/v1/product', {
        body: { productType: 'vCenter', host: `vc${n}.example`, port: 443, user: 'u', password: `p${n}` },
      }),
    ),
  );
  assert.deepEqual(
    added.map(({ status }) => status),
    Array(30).fill(202),
  );
  assert.equal(new Set(added.map(({ json }) => json.id)).size, 30);
  const listed = (await run.ask('GET', '/api/v1/product')).json;
  assert.deepEqual(
    new Map(listed.map(({ id, host }: { id: number; host: string }) => [id, host])),
    new Map(added.map(({ json }) => [json.id, json.host] as const).sort(([a], [b]) => a - b)),
  );
});

test('no password, token or session is in any answer, log, journal or file but the secrets', async (t) => {
  const run = await running(t);
  const secrets = ['s3cret-pw-one', 's3cret-pw-two', 'UMA:c2VjcmV0LXRva2Vu', PASSWORD, run.session];
  run.said.length = 0;
  const body = { productType: 'vCenter', host: 'vc.example', port: 443, user: 'u', password: secrets[0] };
  await run.ask('POST', '/api/v1/product', { body });
  await run.ask('POST', '/api/v1/product', { body });
  await run.ask('POST', '/api/v1/product', { body: { ...body, host: 'a b', port: 'x' } });
  await run.ask('POST', '/api/v1/product', { body: { ...body, password: [secrets[0]] } });
  await run.ask('POST', '/api/v1/product', { body: { ...body, password: `${secrets[0]}\n` } });
  await run.ask('PUT', '/api/v1/product', { body: { id: 1, productType: 'vCenter', password: secrets[1] } });
  await run.ask('PUT', '/api/v1/product', { body: { id: 99, productType: 'vCenter', password: secrets[1] } });
  await run.ask('PUT', '/api/v1/cloud-auth', { body: { accessToken: secrets[2] } });
  await run.ask('PUT', '/api/v1/cloud-auth', { body: { accessToken: `${secrets[2]} ` } });
  await run.ask('POST', '/api/v1/login', { body: { user: 'nobody', password: secrets[0] } });
  await run.ask('POST', '/api/v1/login', { body: { user: [PASSWORD], password: [PASSWORD] } });
  await run.ask('GET', `/api/v1/${PASSWORD}`.replaceAll(' ', '%20'));
  await run.ask('GET', `/api/v1/rules/${secrets[0]}?sessionid=${run.session}`);
  await run.ask('GET', `/api/v1/usage-data/${run.session}`);
  for (const path of ['product', 'user_action', 'um_journal', 'cloud-auth', 'anon-settings', 'rules'])
    await run.ask('GET', `/api/v1/${path}`);
  for (const path of ['/metrics', '/healthz']) await run.ask('GET', path);
  run.journal.close();
  const files = readdirSync(run.meter.dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(run.meter.dir, name)).isFile())
    .map((name) => readFileSync(join(run.meter.dir, name), 'latin1'));
  assert.ok(run.said.length > 30 && run.logged.length > 20 && files.length >= 4);
  const everything = [...run.said, ...run.logged, ...files].join('\n');
  for (const secret of secrets) assert.ok(!everything.includes(secret), secret);
  assert.ok(!everything.includes(encodeURIComponent(PASSWORD)));
});

/** The fingerprint that a new connection sees. */
async function seen(port: number, options = {}): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

test('the certificate is shown, trusted by its file, kept over restarts and renewed while the API runs', async (t) => {
  let wake = () => {};
  const time = {
    ms: Date.now(),
    now: () => time.ms,
    sleep: () => new Promise<void>((resolve) => (wake = resolve)),
  };
  const run = await running(t, { time });
  const { api, meter } = run;
  const first = api.fingerprint;
  assert.equal(await seen(api.port), first);
  const ca = readFileSync(join(meter.dir, 'api-certificate.pem'), 'utf8');
  assert.equal(await seen(api.port, { rejectUnauthorized: true, ca, servername: 'localhost' }), first);
  await assert.rejects(seen(api.port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }));
  time.ms += 368 * DAY_MS;
  const looked = wake;
  looked();
  while (wake === looked) await wait(5);
  assert.notEqual(api.fingerprint, first);
  assert.equal(await seen(api.port), api.fingerprint);
  const told = await run.journal.list({ code: 'api-certificate-made' });
  assert.deepEqual(
    told.map(({ message }) => message.split('SHA-256 ')[1]),
    [first, api.fingerprint],
  );
});

test('given files are taken, taken anew when they change, and what cannot be used is told while the old one stays', async (t) => {
  let wake = () => {};
  const time = { now: () => START, sleep: () => new Promise<void>((resolve) => (wake = resolve)) };
  const files = await running(t);
  const [certFile, keyFile] = [join(files.meter.dir, 'cert.pem'), join(files.meter.dir, 'key.pem')];
  const write = async () => {
    const { cert, key } = await makeCertificate(['localhost'], START - 380 * DAY_MS);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
  };
  await write();
  const run = await running(t, { time, tls: { certFile, keyFile } });
  const look = async () => {
    const before = wake;
    before();
    while (wake === before) await wait(5);
  };
  const first = await seen(run.api.port);
  assert.equal(first, run.api.fingerprint);
  assert.match(
    (await run.journal.list({ code: 'api-certificate-ending' }))[0]!.message,
    /good until 2023-02-01 only/,
  );
  writeFileSync(keyFile, 'half a k');
  await look();
  assert.equal(await seen(run.api.port), first);
  assert.match(
    (await run.journal.list({ code: 'api-certificate-ending' })).at(-1)!.message,
    /holds no private key/,
  );
  await write();
  await look();
  const second = await seen(run.api.port);
  assert.ok(second === run.api.fingerprint && second !== first);
});

test('what it cannot start with is told: a taken port, an address that is none, files that are none', async (t) => {
  const run = await running(t);
  const options = {
    control: run.meter,
    journal: run.journal,
    dir: run.meter.dir,
    checkLogin: loginCheck(),
  };
  await assert.rejects(createApi({ ...options, listen: `127.0.0.1:${run.api.port}` }), {
    name: 'ApiSetUpError',
    message: /cannot listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/,
  });
  await assert.rejects(createApi({ ...options, listen: '8443' }), {
    message: /takes host:port, such as 127\.0\.0\.1:8443/,
  });
  const tls = { certFile: '/nowhere/a', keyFile: '/nowhere/b' };
  await assert.rejects(
    createApi({ ...options, tls }),
    (error: { faults: string[] }) => error.faults.length === 2,
  );
});

test('closing lets a request under way end and cuts idle connections', async (t) => {
  const run = await running(t);
  let go = () => {};
  Object.assign(run.meter, { rules: () => new Promise((resolve) => (go = () => resolve([]))) });
  const answer = run.ask('GET', '/api/v1/rules');
  while (go.toString() === '() => {}') await wait(5);
  const closed = run.api.close();
  go();
  assert.equal((await answer).status, 200);
  await closed;
  await assert.rejects(run.ask('GET', '/healthz'));
});

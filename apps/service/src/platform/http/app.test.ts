import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { AnyCaseUuid, Label, Problem } from '@meterhouse/contract';
import Type from 'typebox';
import type { Caller } from './caller.ts';
import { appWith } from './testing.ts';
import type { Routes } from './types.ts';

const summary = { summary: 'A route of the tests', tags: ['tests'] };
const Answer = { 200: Type.Unknown() };

const routes: Routes = (app) => {
  app.post(
    '/api/v1/things/:agentId',
    {
      config: { access: 'reporter' },
      schema: {
        ...summary,
        params: Type.Object({ agentId: AnyCaseUuid }, { additionalProperties: false }),
        querystring: Type.Object(
          { limit: Type.Optional(Type.String({ pattern: '^[0-9]+$', 'x-fault': 'must be a whole number' })) },
          { additionalProperties: false },
        ),
        body: Type.Object(
          {
            label: Label,
            count: Type.Optional(Type.Integer({ minimum: 1 })),
            mode: Type.Optional(Type.Enum(['ONLINE', 'OFFLINE'])),
          },
          { additionalProperties: false },
        ),
        response: Answer,
      },
    },
    async (request) => ({ taken: request.body, organisation: request.caller.organisationId }),
  );
  app.post(
    '/usage/api/v1/compatible',
    {
      config: { access: 'public' },
      schema: {
        ...summary,
        body: Type.Object({ label: Label }, { additionalProperties: true }),
        response: Answer,
      },
    },
    async (request) => request.body,
  );
  app.post(
    '/usage/api/v1/bodyless',
    { config: { access: 'public', body: 'none', noStore: true }, schema: { ...summary, response: Answer } },
    async () => ({ token: 'secret' }),
  );
  app.get(
    '/usage/api/v1/agent-registrations/:agentId',
    {
      config: { access: 'reader', alsoAt: ['/api/v1/agent-registrations/:agentId'] },
      schema: {
        ...summary,
        params: Type.Object({ agentId: Type.String() }, { additionalProperties: false }),
        response: Answer,
      },
    },
    async (request) => ({ agentId: request.params.agentId }),
  );
  app.put(
    '/usage/api/v1/agents/:agentId/own',
    {
      config: { access: 'meter', body: 'none' },
      schema: {
        ...summary,
        params: Type.Object({ agentId: Type.String() }, { additionalProperties: false }),
        response: Answer,
      },
    },
    async () => ({}),
  );
  app.get(
    '/usage/api/v1/fails/:how',
    {
      config: {
        access: 'public',
        renderProblem: (problem) => ({ errorCode: problem.code, statusCode: problem.statusCode }),
      },
      schema: {
        ...summary,
        params: Type.Object({ how: Type.String() }, { additionalProperties: false }),
        response: Answer,
      },
    },
    async (request) => {
      if (request.params.how === 'full') throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      if (request.params.how === 'away') throw Object.assign(new Error('shutdown'), { code: '57P01' });
      if (request.params.how === 'problem')
        throw new Problem('rate-limited', { headers: { 'Retry-After': '7' } });
      throw new Error('the password is hunter2');
    },
  );
};

const agentId = '88531d1c-296e-4b47-8431-c0e8182148e7';
const callers: Record<string, Caller> = {
  reader: { organisationId: 'o1', role: 'reader', actor: 'token:1' },
  reporter: { organisationId: 'o1', role: 'reporter', actor: 'token:2' },
  meter: { organisationId: 'o1', role: 'reporter', actor: `meter:${agentId}`, agentId },
};
const start = async () => {
  const lines: string[] = [];
  const app = await appWith({ routes: [routes], callers, lines });
  return { app, lines };
};
const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

describe('bad input', () => {
  it('is answered with every fault of every part at once, in words for people', async () => {
    const { app } = await start();
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/things/nonsense?limit=many&color=red',
      headers: bearer('reporter'),
      payload: { label: 'a\tb', count: '5', mode: 'SOMETIMES', extra: 1 },
    });
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    const problem = answer.json();
    assert.equal(problem.type, 'https://meterhouse.example/docs/problems/invalid-request');
    assert.equal(problem.status, 400);
    assert.equal(problem.code, 'invalid-request');
    const faults = Object.fromEntries(
      problem.errors.map((fault: { pointer: string; message: string }) => [fault.pointer, fault.message]),
    );
    assert.deepEqual(faults, {
      'path/agentId': 'must be a UUID such as 88531d1c-296e-4b47-8431-c0e8182148e7',
      'query/limit': 'must be a whole number',
      'query/color': 'is not known here; known are limit',
      '/label': 'must not contain control characters such as tabs or line feeds',
      '/count': 'must be a whole number',
      '/mode': 'must be one of ONLINE, OFFLINE',
      '/extra': 'is not known here; known are label, count, mode',
    });
  });

  it('never has its values repeated', async () => {
    const { app } = await start();
    const answer = await app.inject({
      method: 'POST',
      url: '/usage/api/v1/compatible',
      headers: { 'content-type': 'application/json' },
      payload: '{"label": "hunter2", oops}',
    });
    assert.equal(answer.json().code, 'malformed-json');
    assert.equal(answer.json().detail, 'The body stops being JSON at line 1, column 22.');
    assert.ok(!answer.body.includes('hunter2'));
  });

  it('may not reach into prototypes', async () => {
    const { app } = await start();
    const answer = await app.inject({
      method: 'POST',
      url: '/usage/api/v1/compatible',
      headers: { 'content-type': 'application/json' },
      payload: '{"label": "a", "__proto__": {"admin": true}}',
    });
    assert.equal(answer.statusCode, 400);
    assert.match(answer.body, /__proto__/);
  });

  it('is told when a needed body is missing', async () => {
    const { app } = await start();
    const answer = await app.inject({ method: 'POST', url: '/usage/api/v1/compatible' });
    assert.deepEqual(answer.json().errors, [{ pointer: '', message: 'a body is needed: an object' }]);
  });
});

test('a compatible path ignores fields it does not know, and leaves what it knows as it came', async () => {
  const { app } = await start();
  const payload = { label: 'um46', another: { field: 1 } };
  const answer = await app.inject({ method: 'POST', url: '/usage/api/v1/compatible', payload });
  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), payload);
});

test('an empty body of any content type is fine where none is needed', async () => {
  const { app } = await start();
  const url = '/usage/api/v1/bodyless';
  for (const type of ['application/json', 'text/plain', 'image/png', 'not a type'])
    assert.equal(
      (await app.inject({ method: 'POST', url, headers: { 'content-type': type } })).statusCode,
      200,
      type,
    );
  for (const type of ['image/png', 'not a type']) {
    const chunked = { 'content-type': type, 'transfer-encoding': 'chunked' };
    assert.equal((await app.inject({ method: 'POST', url, headers: chunked })).statusCode, 200, type);
  }
});

test('a body of another type is 415, one beyond the limit 413', async () => {
  const { app } = await start();
  const url = '/usage/api/v1/compatible';
  const wrong = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'text/csv' },
    payload: 'a,b',
  });
  assert.equal(wrong.json().code, 'unsupported-media-type');
  const huge = await app.inject({ method: 'POST', url, payload: { label: 'x'.repeat(300 * 1024) } });
  assert.equal(huge.statusCode, 413);
  assert.equal(huge.json().code, 'body-too-large');
});

describe('an unknown address', () => {
  it('is 404 for an unknown path, whatever its body', async () => {
    const { app } = await start();
    const payload = Buffer.alloc(10);
    const answer = await app.inject({
      method: 'POST',
      url: '/no/such',
      headers: { 'content-type': 'x/y' },
      payload,
    });
    assert.equal(answer.statusCode, 404);
    assert.equal(answer.json().code, 'not-found');
  });

  it('is 405 with Allow for a known path with another method', async () => {
    const { app } = await start();
    const answer = await app.inject({ method: 'DELETE', url: '/usage/api/v1/agent-registrations/1' });
    assert.equal(answer.statusCode, 405);
    assert.equal(answer.headers.allow, 'GET, HEAD');
    assert.equal(answer.json().code, 'method-not-allowed');
  });

  it('is 400 when its escapes are broken', async () => {
    const { app } = await start();
    const answer = await app.inject({ method: 'GET', url: '/usage/api/v1/fails/%ff' });
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().code, 'malformed-request');
    assert.equal(answer.json().requestId, answer.headers['x-request-id']);
  });

  it('is 404 when a part of it is too long, and none of it is repeated', async () => {
    const { app } = await start();
    const answer = await app.inject({ url: `/usage/api/v1/fails/${'x'.repeat(201)}?refresh_token=hunter2` });
    assert.equal(answer.statusCode, 404);
    assert.ok(answer.headers['x-request-id']);
    assert.ok(!answer.body.includes('xxx') && !answer.body.includes('hunter2'));
  });
});

describe('a caller', () => {
  const url = `/api/v1/things/${agentId}`;
  const payload = { label: 'x' };

  it('is asked for a token, and told when the token is no good', async () => {
    const { app } = await start();
    const without = await app.inject({ method: 'POST', url, payload });
    assert.equal(without.statusCode, 401);
    assert.equal(without.headers['www-authenticate'], 'Bearer realm="meterhouse"');
    const bad = await app.inject({ method: 'POST', url, payload, headers: bearer('stranger') });
    assert.equal(bad.statusCode, 401);
    assert.equal(bad.headers['www-authenticate'], 'Bearer realm="meterhouse", error="invalid_token"');
  });

  it('is known by either header, and by no cookie', async () => {
    const { app } = await start();
    const status = async (headers: Record<string, string>) =>
      (await app.inject({ method: 'POST', url, payload, headers })).statusCode;
    assert.equal(await status({ authorization: 'bearer reporter' }), 200);
    assert.equal(await status({ 'csp-auth-token': 'reporter' }), 200);
    assert.equal(await status({ cookie: 'csp-auth-token=reporter; authorization=reporter' }), 401);
    assert.equal(await status({ authorization: 'Basic reporter' }), 401);
  });

  it('is refused with 403 below the role, before its request is looked at', async () => {
    const { app } = await start();
    const answer = await app.inject({ method: 'POST', url: '/api/v1/things/x', headers: bearer('reader') });
    assert.equal(answer.statusCode, 403);
    assert.equal(answer.json().code, 'forbidden');
  });

  it('that is a meter reaches its own uploads and nothing else', async () => {
    const { app } = await start();
    const status = async (method: 'GET' | 'PUT' | 'POST', path: string) =>
      (await app.inject({ method, url: path, headers: bearer('meter') })).statusCode;
    assert.equal(await status('PUT', `/usage/api/v1/agents/${agentId.toUpperCase()}/own`), 200);
    assert.equal(await status('PUT', `/usage/api/v1/agents/${agentId.replace('8', '9')}/own`), 403);
    assert.equal(await status('GET', `/usage/api/v1/agent-registrations/${agentId}`), 403);
    assert.equal(await status('POST', url), 403);
  });
});

test('a route answers at its other paths too, by GET and by HEAD', async () => {
  const { app } = await start();
  for (const method of ['GET', 'HEAD'] as const)
    for (const url of ['/usage/api/v1/agent-registrations/7', '/api/v1/agent-registrations/7']) {
      const answer = await app.inject({ method, url, headers: bearer('reader') });
      assert.equal(answer.statusCode, 200, `${method} ${url}`);
      assert.equal(answer.body, method === 'GET' ? '{"agentId":"7"}' : '');
    }
});

describe('a failure', () => {
  it('takes the compatible shape where the route has one, with the headers of the problem', async () => {
    const { app } = await start();
    const answer = await app.inject({ url: '/usage/api/v1/fails/problem' });
    assert.equal(answer.statusCode, 429);
    assert.equal(answer.headers['retry-after'], '7');
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.deepEqual(answer.json(), { errorCode: 'rate-limited', statusCode: 429 });
  });

  it('of a part that is away or full says when to come again', async () => {
    const { app, lines } = await start();
    for (const [how, status, code] of [
      ['full', 507, 'storage-low'],
      ['away', 503, 'unavailable'],
    ] as const) {
      const answer = await app.inject({ url: `/usage/api/v1/fails/${how}` });
      assert.equal(answer.statusCode, status);
      assert.equal(answer.json().errorCode, code);
      assert.equal(answer.headers['retry-after'], '10');
    }
    assert.ok(lines.some((line) => line.includes('ENOSPC')));
  });

  it('that nobody foresaw tells the caller nothing and the log everything', async () => {
    const { app, lines } = await start();
    const answer = await app.inject({ url: '/usage/api/v1/fails/badly' });
    assert.equal(answer.statusCode, 500);
    assert.ok(!answer.body.includes('hunter2'));
    assert.ok(
      lines.some((line) => line.includes('hunter2') && line.includes(String(answer.headers['x-request-id']))),
    );
  });
});

describe('every answer', () => {
  it('carries a request id: the sane one that came, else a new one', async () => {
    const { app, lines } = await start();
    const idOf = async (id: string) =>
      (await app.inject({ url: '/no/such', headers: { 'x-request-id': id } })).headers['x-request-id'];
    assert.equal(await idOf('trace-42'), 'trace-42');
    assert.ok(lines.some((line) => JSON.parse(line).requestId === 'trace-42'));
    assert.notEqual(await idOf('a b'), 'a b');
    assert.notEqual(await idOf('x'.repeat(200)), 'x'.repeat(200));
  });

  it('carries security headers, no CORS, and no name of the software', async () => {
    const { app } = await start();
    for (const url of ['/no/such', '/openapi.json', '/docs/problems/not-found']) {
      const { headers } = await app.inject({ url, headers: { origin: 'https://elsewhere.example' } });
      assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.equal(headers.server, undefined);
      assert.equal(headers['x-powered-by'], undefined);
    }
  });

  it('with a secret forbids storing', async () => {
    const { app } = await start();
    const answer = await app.inject({ method: 'POST', url: '/usage/api/v1/bodyless' });
    assert.equal(answer.headers['cache-control'], 'no-store');
  });
});

test('the log has a line for each request, without query strings, tokens or bodies', async () => {
  const { app, lines } = await start();
  await app.inject({
    method: 'POST',
    url: '/usage/api/v1/compatible?refresh_token=hunter2',
    headers: { authorization: 'Bearer hunter3', cookie: 'session=hunter4' },
    payload: { label: 'hunter5' },
  });
  const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'request');
  assert.equal(line.path, '/usage/api/v1/compatible');
  assert.equal(line.status, 200);
  assert.ok(!lines.join('').includes('hunter'));
});

test('the log tells whose path it was, and nothing that could be a secret put where an id belongs', async () => {
  const { app, lines } = await start();
  const secret = 'UMA:kq3Vb0-notAnId-9fQ2xT7m';
  const pathsOf = () => lines.map((text) => JSON.parse(text)).flatMap(({ path }) => path ?? []);
  await app.inject({ url: `/usage/api/v1/agent-registrations/${agentId}` });
  await app.inject({ url: `/usage/api/v1/agent-registrations/${encodeURIComponent(secret)}` });
  await app.inject({ url: `/nowhere/${secret}/at-all` });
  assert.deepEqual(pathsOf(), [
    `/usage/api/v1/agent-registrations/${agentId}`,
    '/usage/api/v1/agent-registrations/…',
    '/nowhere/…/at-all',
  ]);
});

describe('a route that breaks the house rules stops the start', () => {
  const refused = (add: Routes, rule: RegExp) => assert.rejects(appWith({ routes: [add] }), rule);

  it('without an access', () =>
    refused((app) => {
      // @ts-expect-error access is left out
      app.get('/x', { config: {}, schema: { ...summary, response: Answer } }, async () => '');
    }, /GET \/x must state config\.access/));

  it('without a schema for a part', () =>
    refused((app) => {
      app.post('/x/:id', { config: { access: 'public' } }, async () => '');
    }, /must state schema\.summary, schema\.tags, schema\.response, schema\.params, schema\.body or config\.body/));

  it('with a body that says nothing of unknown fields', () =>
    refused((app) => {
      const schema = { ...summary, body: Type.Object({}), response: Answer };
      app.post('/x', { config: { access: 'public' }, schema }, async () => '');
    }, /must state additionalProperties of schema\.body/));
});

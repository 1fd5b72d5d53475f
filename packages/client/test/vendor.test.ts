import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createClient, ProblemError, TokenError } from '../src/index.ts';
import { bytes, type Fate, type FaultyServer, faultyServer, grant, json, nothing } from './faulty-server.ts';

// The published shapes (docs/from-the-vendor.md): a token gateway at one address, the usage API at another.
const agentId = '88531d1c-296e-4b47-8431-c0e8182148e7';
const contentType = 'text/tab-separated-values+gzip';
const report = gzipSync('Product\tUnit of Measure\tUnits to be Reported\nFlex Core\tGB\t21.505\n');
const entry = {
  ref: 'AbC+/=&d e',
  contentType,
  reportType: 'MONTHLY_USAGE',
  contentLength: report.length,
  checksum: createHash('md5').update(report).digest('hex').toUpperCase(),
};

/** What the usage API answers at a path, else its 404 without any body. */
function usageApi(answers: Readonly<Record<string, Fate>>): Fate {
  return (request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    return (answers[`${request.method} ${pathname}`] ?? nothing(404))(request, response);
  };
}

function clientOf(gateway: FaultyServer, usage: FaultyServer) {
  return createClient({
    gatewayUrl: gateway.url,
    usageUrl: `${usage.url}/`,
    apiToken: 'a-refresh-token',
    retry: { firstPause: 1 },
  });
}

test('the token comes from the gateway and goes to the usage API, each at its own address', async () => {
  await using gateway = await faultyServer(grant('access'));
  await using usage = await faultyServer(
    usageApi({ 'GET /usage/api/v1/reports/2023/01': json(200, { [agentId]: [entry] }) }),
  );
  const client = clientOf(gateway, usage);
  assert.deepEqual(await client.reports.month('2023-01'), { [agentId]: [entry] });
  assert.deepEqual((await client.reports.listMonth('2023-01')).pending, undefined);
  assert.deepEqual(
    gateway.received.map(({ method, url, body }) => [method, url, body]),
    [['POST', '/csp/gateway/am/api/auth/api-tokens/authorize', 'refresh_token=a-refresh-token']],
  );
  assert.equal(usage.received.length, 2);
  assert.equal(usage.received[0]?.headers.authorization, 'Bearer access');
});

test('a report is fetched by its encoded ref, its gzip is left as it is, and its MD5 may be written in capitals', async () => {
  await using gateway = await faultyServer(grant('access'));
  await using usage = await faultyServer(
    usageApi({
      [`GET /usage/api/v1/reports/2023/01/${agentId}`]: json(200, [entry]),
      'GET /usage/api/v1/reports': bytes(report, { 'content-type': contentType }),
    }),
  );
  const client = clientOf(gateway, usage);
  const [listed] = await client.reports.meterMonth(agentId, '2023-01');
  assert.deepEqual(Buffer.from(await (await client.reports.download(listed!)).bytes()), report);
  const call = usage.received.at(-1)!;
  assert.equal(new URL(call.url, usage.url).searchParams.get('ref'), entry.ref);
  assert.doesNotMatch(call.url, /[ ]|ref=AbC\+\//);
  assert.equal(call.headers.accept, contentType);
});

test('a registration is started, waited for, and nothing the second time', async () => {
  await using gateway = await faultyServer(grant('access'));
  let asked = 0;
  let posted = 0;
  await using usage = await faultyServer(
    usageApi({
      'POST /usage/api/v1/agent-registrations': (request, response) => {
        posted += 1;
        const status = posted === 1 ? 202 : 201;
        return nothing(status, { location: `/api/v1/agent-registrations/${agentId}` })(request, response);
      },
      [`GET /usage/api/v1/agent-registrations/${agentId}`]: (request, response) => {
        asked += 1;
        const still = nothing(202, { 'agent-registration-progress': 'REGISTERING' });
        return (asked < 3 ? still : json(200, { contractNumber: '1012345', siteName: 'Site A' }))(
          request,
          response,
        );
      },
    }),
  );
  const { meters } = clientOf(gateway, usage);
  const request = {
    agentId,
    label: 'um46-reg-demo',
    contractNumber: '1012345',
    siteName: 'Site A',
    version: '4.6',
  };
  const registered = { state: 'registered', contractNumber: '1012345', siteName: 'Site A' };
  assert.deepEqual(await meters.register(request, { interval: 1 }), { ...registered, changed: true });
  assert.deepEqual(JSON.parse(usage.received[0]!.body), request);
  assert.equal(usage.received[0]?.headers['idempotency-key'], undefined);
  assert.deepEqual(await meters.register(request), { ...registered, changed: false });
});

test('a registration that never ends is left after its patience', async () => {
  await using gateway = await faultyServer(grant('access'));
  await using usage = await faultyServer(nothing(202, { 'agent-registration-progress': 'REGISTERING' }));
  const { meters } = clientOf(gateway, usage);
  const request = { agentId, label: 'um46' };
  await assert.rejects(meters.register(request, { patience: 20, interval: 1 }), { code: 'timeout' });
  const left = await meters.register(request, { patience: 0 });
  assert.deepEqual(left, { state: 'running', progress: 'REGISTERING', changed: true });
});

test('a meter without a contract is a trial, an unknown one a problem although its answer has no body', async () => {
  await using gateway = await faultyServer(grant('access'));
  await using usage = await faultyServer(
    usageApi({ [`GET /usage/api/v1/agent-registrations/${agentId}`]: nothing(204) }),
  );
  const { meters } = clientOf(gateway, usage);
  assert.deepEqual(await meters.registration(agentId), { state: 'trial' });
  await assert.rejects(meters.registration('another'), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual([error.status, error.code, error.body], [404, 'http-404', undefined]);
    return true;
  });
});

test("the gateway's refusal is told in its words", async () => {
  const refusal = {
    message: 'invalid_grant: Invalid refresh token: …sh42',
    moduleCode: 340,
    statusCode: 400,
    metadata: null,
    traceId: 't',
    cspErrorCode: 'invalid_grant',
    requestId: 'r-1',
  };
  await using gateway = await faultyServer(json(400, refusal));
  await using usage = await faultyServer(nothing(500));
  await assert.rejects(clientOf(gateway, usage).reports.month('2023-01'), (error) => {
    assert.ok(error instanceof TokenError);
    assert.deepEqual([error.status, error.code, error.requestId], [400, 'invalid_grant', 'r-1']);
    assert.match(error.message, /Invalid refresh token: …sh42/);
    return true;
  });
  assert.equal(usage.received.length, 0);
});

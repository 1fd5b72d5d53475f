import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ActivationStatement } from '@meterhouse/contract';
import { compactVerify, importJWK } from 'jose';
import { makeCertificate } from '../api/make-certificate.ts';
import { initMeter, loadActivatedMeter, loadMeter, type Meter } from '../identity/index.ts';
import { signIn } from '../sign-in/index.ts';
import { activateMeter, finishActivation, prepareActivation } from './activation.ts';

const SERVICE = '6f9b5c7e-3a45-4a0e-9f6e-0f5b8ad3c000';
const ANSWER = { service: SERVICE, organisation: 'o', registration: 'r', epoch: 1 };
const tokenOf = (secret: number) =>
  `UMA:${Buffer.concat([Buffer.from(SERVICE.replaceAll('-', ''), 'hex'), Buffer.alloc(32, secret)]).toString('base64url')}`;
const TOKEN = tokenOf(7);
const OTHER_TOKEN = tokenOf(8);

async function freshMeter(t: TestContext): Promise<Meter> {
  const root = await mkdtemp(join(tmpdir(), 'activation-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return initMeter(join(root, 'meter'));
}

/** A service that answers what it is told to and remembers what it was asked. */
async function answering(t: TestContext, answers: Record<string, { status: number; body: unknown }>) {
  const asked: { path: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ path: request.url!, body });
    const answer = answers[request.url!] ?? { status: 404, body: {} };
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function statementOf(jws: string): Promise<{ header: unknown; statement: ActivationStatement }> {
  const statement = JSON.parse(
    Buffer.from(jws.split('.')[1]!, 'base64url').toString(),
  ) as ActivationStatement;
  const verified = await compactVerify(jws, await importJWK({ ...statement.publicKey }, 'EdDSA'));
  return { header: verified.protectedHeader, statement };
}

test('the statement is signed by the key that it binds and names agent, service and the digest of the token', async (t) => {
  const meter = await freshMeter(t);
  const { header, statement } = await statementOf((await prepareActivation(meter, TOKEN)).jws);
  assert.deepEqual(header, { alg: 'EdDSA', typ: 'meterhouse-activation+jws' });
  assert.deepEqual(statement, {
    token: hash('sha256', TOKEN, 'base64url'),
    agent: meter.agent,
    service: SERVICE,
    publicKey: meter.key.publicJwk,
  });
});

test('what the service answers is kept with the key, and a later activation binds another key', async (t) => {
  const meter = await freshMeter(t);
  const path = `/usage/api/v1/agents/${meter.agent}/activate`;
  const { url, asked } = await answering(t, {
    [path]: { status: 200, body: { ...ANSWER, more: 'ignored' } },
  });
  await activateMeter(meter, url, TOKEN);
  const first = await loadActivatedMeter(meter.dir);
  assert.deepEqual(first.activation, ANSWER);
  assert.equal(first.key.kid, meter.key.kid);
  await activateMeter(first, url, OTHER_TOKEN);
  const second = await loadActivatedMeter(meter.dir);
  assert.notEqual(second.key.kid, first.key.kid);
  assert.equal(second.binding, undefined);
  const { statement } = await statementOf((JSON.parse(asked[1]!.body) as { activation: string }).activation);
  assert.deepEqual(statement.publicKey, second.key.publicJwk);
});

test('a service whose authority is private is trusted by the file that names it, and not without', async (t) => {
  const meter = await freshMeter(t);
  const certificate = await makeCertificate(['127.0.0.1'], Date.now());
  const caFile = join(meter.dir, 'authority.pem');
  await writeFile(caFile, certificate.cert);
  let asked = 0;
  const server = createTlsServer(certificate, (_, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ANSWER));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await assert.rejects(activateMeter(meter, url, TOKEN), { name: 'TypeError' });
  await assert.rejects(activateMeter(meter, url, TOKEN, join(meter.dir, 'none.pem')), { code: 'ENOENT' });
  assert.equal(asked, 0);
  const { activation } = await activateMeter(await loadMeter(meter.dir), url, TOKEN, caFile);
  assert.deepEqual(activation, ANSWER);
});

test('a refusal leaves the meter as it was and gives the words of the service', async (t) => {
  const meter = await freshMeter(t);
  const path = `/usage/api/v1/agents/${meter.agent}/activate`;
  const problem = {
    code: 'activation-invalid',
    title: 'The activation is not valid',
    detail: 'It has expired.',
  };
  const { url } = await answering(t, { [path]: { status: 400, body: problem } });
  await assert.rejects(activateMeter(meter, url, TOKEN), {
    status: 400,
    body: problem,
    message: 'It has expired.',
  });
  const after = await loadMeter(meter.dir);
  assert.equal(after.activation, undefined);
  assert.equal(after.key.kid, meter.key.kid);
});

test('when an answer was lost, the same token gives the same statement and another one binds a fresh key', async (t) => {
  const meter = await freshMeter(t);
  const lost = await prepareActivation(meter, TOKEN);
  assert.equal((await prepareActivation(await loadMeter(meter.dir), TOKEN)).jws, lost.jws);
  const next = await prepareActivation(await loadMeter(meter.dir), OTHER_TOKEN);
  const keys = await Promise.all(
    [lost, next].map(async ({ jws }) => (await statementOf(jws)).statement.publicKey),
  );
  assert.notDeepEqual(keys[0], keys[1]);
  const activated = await finishActivation(await loadMeter(meter.dir), ANSWER);
  assert.deepEqual(activated.key.publicJwk, keys[1]);
});

test('texts that are no activation token, and answers that are none, are refused', async (t) => {
  const meter = await freshMeter(t);
  await assert.rejects(prepareActivation(meter, 'UMA:short'), { code: 'bad-activation-token' });
  await assert.rejects(finishActivation(meter, ANSWER), { code: 'bad-activation-answer' });
  const { meter: prepared } = await prepareActivation(meter, TOKEN);
  await assert.rejects(finishActivation(prepared, { ...ANSWER, epoch: 0 }), {
    code: 'bad-activation-answer',
  });
});

test('a meter signs in with its key: to the issuer, as its registration, for a minute and once', async (t) => {
  const meter = await freshMeter(t);
  const { meter: prepared } = await prepareActivation(meter, TOKEN);
  const activated = await finishActivation(prepared, ANSWER);
  const { url, asked } = await answering(t, {
    '/.well-known/oauth-authorization-server': { status: 200, body: { issuer: 'https://issuer.example' } },
    '/oauth2/token': { status: 200, body: { access_token: 'a', token_type: 'Bearer', expires_in: 1799 } },
  });
  const token = await signIn(activated, url);
  await signIn(activated, url);
  assert.equal(token.accessToken, 'a');
  assert.ok(token.expiresAt > Date.now() + 1_700_000);
  const claims = await Promise.all(
    asked
      .filter(({ path }) => path === '/oauth2/token')
      .map(async ({ body }) => {
        const form = new URLSearchParams(body);
        assert.equal(
          form.get('client_assertion_type'),
          'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        );
        const key = await importJWK({ ...activated.key.publicJwk }, 'EdDSA');
        const { payload } = await compactVerify(form.get('client_assertion')!, key);
        return JSON.parse(Buffer.from(payload).toString()) as Record<string, number | string>;
      }),
  );
  const [first, second] = claims;
  assert.deepEqual([first!.iss, first!.sub, first!.aud], ['r', 'r', 'https://issuer.example']);
  assert.equal(Number(first!.exp) - Number(first!.iat), 60);
  assert.notEqual(first!.jti, second!.jti);
});

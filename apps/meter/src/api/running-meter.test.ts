import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { request } from 'undici';
import { createVsphereCollector } from '../collectors/vsphere/index.ts';
import { meterUnderTest, ScriptedProduct, TEN, until } from '../run/testing.ts';
import { InjectedTime } from '../time/testing.ts';
import { type Api, serveApi } from './index.ts';
import { makeCertificate } from './make-certificate.ts';
import { dispatcher } from './testing.ts';

/** A meter that runs with one scripted product, and its API as its settings have it. */
async function servedMeter(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const time = new InjectedTime(TEN * 1000);
  const kvm = new ScriptedProduct(11, time);
  const under = await meterUnderTest(t, { kvm }, time, {
    settings: 'api:\n  listen: 127.0.0.1:0\n',
    options: {
      environment,
      makeCollector: (options) => (options.product.name === 'kvm' ? kvm : createVsphereCollector(options)),
    },
  });
  await under.meter.secrets.setApiPassword('admin', 'a long password');
  const api = (await serveApi(under.meter)) as Api;
  t.after(() => api.close());
  let session = '';
  const ask = async (method: string, path: string, body?: unknown, headers = {}) => {
    const { statusCode, body: answer } = await request(`https://127.0.0.1:${api.port}/api/v1${path}`, {
      method: method as 'GET',
      dispatcher,
      headers: {
        ...(session === '' ? {} : { sessionid: session }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return {
      status: statusCode,
      bytes,
      text: bytes.toString(),
      get json() {
        return JSON.parse(bytes.toString());
      },
    };
  };
  session = (await ask('POST', '/login', { user: 'admin', password: 'a long password' })).json.sessionid;
  return { ...under, api, ask };
}

test('a running meter is steered by its API: products, a certificate accepted, rules, privacy, and its packages', async (t) => {
  const { meter, ask, pass, settingsPath, disk } = await servedMeter(t);
  await pass(120);
  await until('kvm is reached', async () => (await ask('GET', '/product')).json[0].status.code === 'OK');

  // A server with a certificate that nobody signed: what a vCenter is before somebody looked.
  const server = createServer(await makeCertificate(['localhost'], Date.now()), (_, response) =>
    response.writeHead(404).end(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const added = await ask('POST', '/product', {
    productType: 'vCenter',
    host: '127.0.0.1',
    port,
    user: 'u',
    password: 'vc-p4ss',
  });
  assert.equal(added.status, 202);
  const state = async () =>
    (await ask('GET', `/product?productType=vCenter&id=${added.json.id}`)).json[0].status;
  await until('a person is needed', async () => (await state()).code === 'USER_ACTION');
  const [{ data }] = (await ask('GET', '/user_action')).json;
  assert.equal(data.productId, added.json.id);
  const { certificateId, productId, productType } = data;
  assert.equal(
    (await ask('PUT', '/accept_certificate', { certificateId, productId, productType, accepted: true }))
      .status,
    202,
  );
  await until('it is asked again', async () => (await state()).code !== 'USER_ACTION');
  await until('no certificate waits', async () => (await ask('GET', '/user_action')).json.length === 0);
  assert.match(readFileSync(settingsPath, 'utf8'), new RegExp(certificateId.split('#')[1]));
  const vcenter = meter.settings().products.find(({ type }) => type === 'vCenter')!;
  assert.equal(await meter.secrets.passwordOf(vcenter), 'vc-p4ss');
  await ask('PUT', '/product', { id: productId, productType, password: 'another-p4ss' });
  assert.equal(await meter.secrets.passwordOf(vcenter), 'another-p4ss');
  assert.equal((await ask('DELETE', `/product?id=${productId}&forget=true`)).status, 202);
  assert.equal((await ask('GET', '/product')).json.length, 1);
  const told = (await ask('GET', '/um_journal')).text;
  assert.match(told, /"settings-changed"/);
  assert.doesNotMatch(told + readFileSync(settingsPath, 'utf8'), /vc-p4ss|another-p4ss/);

  const kvm = (await ask('GET', '/product')).json[0];
  const rule = {
    productType: 'libvirt',
    productId: kvm.id,
    name: 'Acme',
    targetId: 'host-1',
    targetType: 'HostSystem',
  };
  const [made] = (await ask('POST', '/rules', { rules: [rule] })).json.rules;
  assert.equal(meter.rules()[0]!.name, 'Acme');
  assert.equal((await ask('PATCH', `/rules/${made.id}`, { name: 'Acme AG' })).json.name, 'Acme AG');
  assert.equal((await ask('GET', '/rules/audit?reportType=unmappedVMs')).json.length, 2);
  assert.equal((await ask('DELETE', `/rules/${made.id}`)).status, 204);

  const forced = await ask('PATCH', '/anon-settings', {
    settings: [{ group: 'vm', treatment: 'redacted' }],
    force: true,
  });
  assert.deepEqual(
    [forced.status, forced.json.settings[0].treatment, forced.json.pending],
    [202, 'redacted', null],
  );
  const later = await ask('PATCH', '/anon-settings', { settings: [{ group: 'vm', treatment: 'hashed' }] });
  assert.deepEqual(
    [later.json.settings[0].treatment, later.json.pending.from],
    ['redacted', '2023-03-01T00:00:00.000Z'],
  );

  await pass(3 * 3600);
  await until('a package is there', async () => (await ask('GET', '/usage-data/2023-02')).status === 200);
  const out = join(disk.dir, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-xf', '-', '-C', out], { input: (await ask('GET', '/usage-data/2023-02')).bytes });
  const unpacked = readdirSync(out);
  assert.ok(unpacked.length > 0);
  for (const name of unpacked)
    assert.ok(
      [disk.places.packages, disk.places.sent].some((place) => readdirSync(place).includes(name)),
      name,
    );
  assert.equal((await ask('GET', '/usage-data/2022-02')).status, 404);
});

test('a password that the meter was given from outside goes to no address that the API names', async (t) => {
  const { ask, settingsPath } = await servedMeter(t, {
    METERHOUSE_METER_PASSWORD_KVM: 'outside-p4ss',
  });
  const before = readFileSync(settingsPath, 'utf8');
  const [{ id, productType }] = (await ask('GET', '/product')).json;
  const moved = await ask('PUT', '/product', { id, productType, host: 'test:///elsewhere' });
  assert.equal(moved.status, 400, moved.text);
  assert.match(moved.json.errMessage, /password of kvm is given to the meter from outside/);
  assert.doesNotMatch(moved.text, /outside-p4ss/);
  assert.equal(readFileSync(settingsPath, 'utf8'), before);
});

test('what a running meter cannot do is told: OFFLINE it has no service to bind to, and a text is no report', async (t) => {
  const { ask } = await servedMeter(t);
  const auth = (await ask('GET', '/cloud-auth')).json;
  assert.deepEqual([auth.activated, auth.service, auth.epoch], [true, null, 1]);
  const refused = await ask('PUT', '/cloud-auth', { accessToken: 'UMA:token' });
  assert.deepEqual([refused.status, refused.json.errCode], [400, 'GW_BAD_REQ_BODY']);
  assert.match(refused.json.errMessage, /OFFLINE/);
  const report = await ask('POST', '/deanonymize', { text: 'nothing that is a report' });
  assert.deepEqual([report.status, report.json.errCode], [400, 'GW_BAD_REQ_BODY']);
  assert.equal(
    (await ask('POST', '/product', { productType: 'libvirt', host: 'test:///default' })).status,
    409,
  );
});

test('it is activated at a service whose private authority its settings name', async (t) => {
  const { meter, ask, settingsPath, disk } = await servedMeter(t);
  const certificate = await makeCertificate(['127.0.0.1'], Date.now());
  writeFileSync(join(disk.dir, 'authority.pem'), certificate.cert);
  const server = createServer(certificate, (_, response) => {
    const answer = { service: 's', organisation: 'o', registration: 'r', epoch: 7 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  const service = `service: https://127.0.0.1:${(server.address() as AddressInfo).port}\n`;
  const settings = readFileSync(settingsPath, 'utf8');
  const put = () =>
    ask('PUT', '/cloud-auth', { accessToken: `UMA:${Buffer.alloc(48, 7).toString('base64url')}` });
  writeFileSync(settingsPath, service + settings);
  await meter.reload();
  assert.equal((await put()).status, 503);
  writeFileSync(settingsPath, `${service}serviceCaFile: authority.pem\n${settings}`);
  await meter.reload();
  const answer = await put();
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.json.epoch, 7);
});

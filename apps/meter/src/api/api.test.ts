import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_LICENSE } from '../inventory/index.ts';
import { openSecrets } from '../secrets/index.ts';
import { type Asked, PASSWORD, type Running, running, START, USER } from './testing.ts';

const VCENTER = {
  host: 'vc.example',
  port: 443,
  user: 'meter@vsphere.local',
  password: 'p4ss-w0rd!',
  productType: 'vCenter',
};
const FINGERPRINT = 'ab'.repeat(32);

/** What it refused, in one line. */
async function refused({ ask }: Running, method: string, path: string, asked?: Asked): Promise<string> {
  const { status, json, headers } = await ask(method, path, asked);
  assert.deepEqual(Object.keys(json), ['errCode', 'errMessage']);
  assert.equal(headers['cache-control'], 'no-store');
  return `${status} ${json.errCode}: ${json.errMessage}`;
}

test('a login by user and password is answered with 202 and a session, one by Basic with 200 and a bearer', async (t) => {
  const run = await running(t);
  const { status, json } = await run.ask('POST', '/api/v1/login', {
    body: { user: USER, password: PASSWORD, more: 1 },
  });
  assert.equal(status, 202);
  assert.deepEqual(
    { ...json, sessionid: '' },
    { data_usage_acceptance: true, http_proxy: false, sessionid: '' },
  );
  assert.match(json.sessionid, /^[\w-]{43}$/);
  const basic = { authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}` };
  const newer = await run.ask('POST', '/api/v1/login', { headers: basic });
  assert.equal(newer.status, 200);
  const { accessToken, refreshToken } = newer.json;
  assert.equal(refreshToken, null);
  assert.deepEqual(accessToken.tokenType, { value: 'Bearer' });
  assert.equal(Date.parse(accessToken.expiresAt) - Date.parse(accessToken.issuedAt), 12 * 3_600_000);
  const bearer = { sessionid: '', authorization: `Bearer ${accessToken.tokenValue}` };
  assert.equal(
    (await run.ask('GET', '/api/v1/product', { headers: bearer })).status,
    401,
    'an empty sessionid wins',
  );
  const alone = { authorization: bearer.authorization };
  const fresh = await fetchWithout(run, alone);
  assert.equal(fresh, 200);
});

/** The status of a call that has these headers only. */
async function fetchWithout(run: Running, headers: Record<string, string>): Promise<number> {
  const { request } = await import('undici');
  const { dispatcher } = await import('./testing.ts');
  const answer = await request(`${run.url}/api/v1/product`, { dispatcher, headers });
  await answer.body.dump();
  return answer.statusCode;
}

test('a wrong login is refused in the same words whichever part is wrong, and a missing key is named', async (t) => {
  const run = await running(t);
  const wrong = '401 GW_LOGIN_FAILED: User or password is wrong.';
  for (const body of [
    { user: USER, password: 'x' },
    { user: 'x', password: PASSWORD },
  ])
    assert.equal(await refused(run, 'POST', '/api/v1/login', { body }), wrong);
  assert.equal(
    await refused(run, 'POST', '/api/v1/login', { body: {} }),
    "400 GW_REQ_KEY: Not found expected value for key 'user'. Not found expected value for key 'password'",
  );
  assert.equal(
    await refused(run, 'POST', '/api/v1/login'),
    await refused(run, 'POST', '/api/v1/login', { body: {} }),
  );
  assert.match(
    await refused(run, 'POST', '/api/v1/login', { body: { user: 5, password: [] } }),
    /^400 GW_REQ_KEY: .*'user': it must be text.*'password': it must be text$/,
  );
});

test('a session ends at logout, after 30 minutes without use, after 12 hours whatever its use', async (t) => {
  const run = await running(t);
  const get = () => run.ask('GET', '/api/v1/product').then(({ status }) => status);
  run.time.ms += 29 * 60_000;
  assert.equal(await get(), 200);
  run.time.ms += 29 * 60_000;
  assert.equal(await get(), 200);
  run.time.ms += 30 * 60_000;
  const expired = '401 GW_LOGIN_REQUIRED: Your session not found or already expired. Please login';
  assert.equal(await refused(run, 'GET', '/api/v1/product'), expired);

  const login = async () =>
    (await run.ask('POST', '/api/v1/login', { body: { user: USER, password: PASSWORD } })).json
      .sessionid as string;
  const second = { headers: { sessionid: await login() } };
  for (let n = 0; n < 35; n += 1) {
    assert.equal((await run.ask('GET', '/api/v1/product', second)).status, 200);
    run.time.ms += 20 * 60_000;
  }
  run.time.ms += 20 * 60_000;
  assert.equal(await refused(run, 'GET', '/api/v1/product', second), expired);

  const third = { headers: { sessionid: await login() } };
  assert.equal((await run.ask('POST', '/api/v1/logout', third)).status, 204);
  assert.equal(await refused(run, 'GET', '/api/v1/product', third), expired);
});

test('the published workflow adds a product: its password goes to the secrets and comes back nowhere', async (t) => {
  const run = await running(t);
  const added = await run.ask('POST', '/api/v1/product?force=true', {
    body: { ...VCENTER, srmMetered: false, k8sMetric: 'vRAM', externalSSO: false },
  });
  assert.equal(added.status, 202);
  assert.deepEqual(added.json, {
    id: 1,
    name: 'vc-example',
    productType: 'vCenter',
    fullName: 'vCenter',
    host: 'vc.example',
    port: 443,
    user: 'meter@vsphere.local',
    active: true,
    metered: false,
    instanceUUID: null,
    version: null,
    lastChanged: START,
    seenUntil: null,
    status: { code: 'STARTING', lastChanged: START, text: 'STARTING' },
  });
  assert.equal(await run.meter.passwordOf('vc-example'), VCENTER.password);
  assert.doesNotMatch(readFileSync(run.meter.settingsPath, 'utf8'), /p4ss/);

  run.meter.waiting.push({
    product: 'vc-example',
    fingerprint: FINGERPRINT,
    subject: 'CN=vc',
    issuer: 'CN=ca',
    validTo: 5,
  });
  const [action] = (await run.ask('GET', '/api/v1/user_action')).json;
  assert.equal(action.code, 'Cert');
  assert.deepEqual(action.data, {
    productId: 1,
    productType: 'vCenter',
    certificateId: `vc.example:443#${FINGERPRINT}`,
    certData: {
      subjectDN: 'CN=vc',
      issuerDN: 'CN=ca',
      sn: null,
      notBefore: null,
      notAfter: 5,
      fingerprint_sha256: Array(32).fill('AB').join(':'),
    },
  });
  const { certificateId, productId, productType } = action.data;
  const accepted = await run.ask('PUT', '/api/v1/accept_certificate', {
    body: { certificateId, accepted: true, productType, productId },
  });
  assert.equal(accepted.status, 202);
  assert.match(readFileSync(run.meter.settingsPath, 'utf8'), new RegExp(FINGERPRINT));
  assert.deepEqual((await run.ask('GET', '/api/v1/user_action')).json, []);

  run.meter.states.set('vc-example', {
    state: 'reached',
    instanceId: 'uuid-1',
    version: '8.0.2',
    seenUntil: START,
  });
  const [product] = (await run.ask('GET', '/api/v1/product?productType=vCenter&id=1&active=true&meter=true'))
    .json;
  assert.deepEqual([product.metered, product.status.code, product.instanceUUID], [true, 'OK', 'uuid-1']);
});

test('a certificate that changed since it was shown is not accepted', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  run.meter.waiting.push({ product: 'vc-example', fingerprint: FINGERPRINT });
  const [{ data }] = (await run.ask('GET', '/api/v1/user_action')).json;
  run.meter.waiting[0] = { product: 'vc-example', fingerprint: 'cd'.repeat(32) };
  const body = { certificateId: data.certificateId, accepted: true, productType: 'vCenter', productId: 1 };
  assert.match(
    await refused(run, 'PUT', '/api/v1/accept_certificate', { body }),
    /^400 GW_REQ_KEY: .*certificateId.*changed/,
  );
  assert.equal(run.meter.waiting.length, 1);
  // By address and port, as published, whichever waits is meant; here it is declined.
  const plain = { ...body, certificateId: 'vc.example:443', accepted: false };
  assert.equal((await run.ask('PUT', '/api/v1/accept_certificate', { body: plain })).status, 202);
  assert.doesNotMatch(readFileSync(run.meter.settingsPath, 'utf8'), /fingerprint/);
  assert.match(
    await refused(run, 'PUT', '/api/v1/accept_certificate', { body: { ...plain, productId: 9 } }),
    /^502 ERR_PM_PRODUCT_NOT_FOUND: /,
  );
  assert.equal(
    await refused(run, 'PUT', '/api/v1/accept_certificate', { body: { accepted: 'yes' } }),
    "400 GW_REQ_KEY: Not found expected value for key 'certificateId'. Not found expected value for key 'productType'. " +
      "Not found expected value for key 'productId'. Not found expected value for key 'accepted': it must be true or false",
  );
});

test('a product is refused with every fault at once, a second one of the same host with 409', async (t) => {
  const run = await running(t);
  const post = (body: unknown) => refused(run, 'POST', '/api/v1/product', { body });
  assert.equal(
    await post({ productType: 'vCenter', host: 'vc example' }),
    "400 GW_REQ_KEY: Not found expected value for key 'port'. Not found expected value for key 'user'. " +
      "Not found expected value for key 'password'. Not found expected value for key 'host': it must be a host name or an address",
  );
  assert.match(
    await post({ ...VCENTER, port: '443', user: 'a\tb' }),
    /'port': it must be a whole number.*'user': it must not contain control/,
  );
  assert.match(await post({ ...VCENTER, port: 70_000 }), /'port': it must be at most 65535/);
  assert.match(
    await post({ ...VCENTER, productType: 'NSX-T' }),
    /^400 GW_BAD_REQ_BODY: Unable to add a product of type 'NSX-T'/,
  );
  assert.match(
    await post({ ...VCENTER, productType: 'Toaster' }),
    /^400 GW_REQ_KEY: .*'productType': it must be one of vCenter/,
  );
  assert.match(
    await post({ productType: 'libvirt', host: 'qemu+ssh://me:secret@h/system' }),
    /'host': it holds a password/,
  );
  assert.match(await post({ productType: 'libvirt', host: 'h' }), /'host': it is no connection URI/);
  assert.match(
    await post({ productType: 'libvirt', host: 'qemu+tcp://h/system?command=/tmp/x' }),
    /^400 GW_REQ_KEY: .*'host': it has the transport "tcp".*'host': it has the parameter "command"/,
  );
  assert.match(await post(null), /^400 GW_BAD_REQ_BODY/);
  assert.match(await post([VCENTER]), /^400 GW_BAD_REQ_BODY/);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  assert.match(
    await post({ ...VCENTER, host: 'VC.example' }),
    /^409 ERR_PM_HOST_NAME_CONFLICT: Unable to add VC.example:443/,
  );
  assert.equal((await run.ask('GET', '/api/v1/product')).json.length, 1);
  const second = await run.ask('POST', '/api/v1/product', { body: { ...VCENTER, port: 8443 } });
  assert.deepEqual([second.json.id, second.json.name], [2, 'vc-example-2']);
  const libvirt = await run.ask('POST', '/api/v1/product', {
    body: { productType: 'libvirt', host: 'test:///default', name: 'kvm' },
  });
  assert.deepEqual([libvirt.status, libvirt.json.id, libvirt.json.name], [202, 3, 'kvm']);
});

test('a changed host asks for the password again, and numbers of products outlive restarts and are not given twice', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  const put = (body: object) =>
    run.ask('PUT', '/api/v1/product', { body: { id: 1, productType: 'vCenter', ...body } });
  const moved = await put({ host: 'elsewhere.example' });
  assert.deepEqual([moved.status, moved.json.errCode], [400, 'GW_REQ_KEY']);
  assert.match(moved.json.errMessage, /'password': it is needed again/);
  assert.equal((await put({ password: 'n3w-p4ss' })).status, 202);
  assert.equal(await run.meter.passwordOf('vc-example'), 'n3w-p4ss');
  const both = await put({ host: 'elsewhere.example', password: 'third-p4ss' });
  assert.deepEqual([both.status, both.json.host], [202, 'elsewhere.example']);
  assert.match(
    await refused(run, 'PUT', '/api/v1/product', { body: { id: 7, productType: 'vCenter' } }),
    /^502 ERR_PM_PRODUCT_NOT_FOUND/,
  );
  assert.match(
    await refused(run, 'PUT', '/api/v1/product', { body: { id: 1, productType: 'libvirt' } }),
    /^502 ERR_PM_PRODUCT_NOT_FOUND/,
  );
  assert.match(await refused(run, 'GET', '/api/v1/product?id=1'), /^400 GW_REQ_KEY: .*'productType'/);
  assert.match(await refused(run, 'GET', '/api/v1/product?id=9&productType=vCenter'), /^502 /);
  assert.match(
    await refused(run, 'GET', '/api/v1/product?id=x&active=maybe&productType=q'),
    /'productType'.*'id'.*'active'/,
  );
  assert.match(await refused(run, 'DELETE', '/api/v1/product?id=1'), /'forget'/);
  assert.equal((await run.ask('DELETE', '/api/v1/product?id=1&forget=true&productType=vCenter')).status, 202);
  assert.equal(await run.meter.passwordOf('vc-example'), undefined);
  const next = await run.ask('POST', '/api/v1/product', { body: { ...VCENTER, host: 'new.example' } });
  assert.equal(next.json.id, 2);
  assert.deepEqual(JSON.parse(readFileSync(join(run.meter.dir, 'api-product-ids.json'), 'utf8')), {
    next: 3,
    ids: { 'vc-example': 1, 'new-example': 2 },
  });
});

test('the journal is told with the published members, by level, product, time and page', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  run.meter.states.set('vc-example', { instanceId: 'uuid-1' });
  run.journal.note({ code: 'meter-started', message: 'Version 1.2.3.' });
  run.time.ms += 1000;
  for (let n = 0; n < 3; n += 1)
    run.journal.note({ code: 'product-unreachable', product: 'vc-example', message: 'refused' });
  run.journal.note({ code: 'clock-skew', product: 'uuid-1', message: '4 s' });
  const journal = async (query: string) => (await run.ask('GET', `/api/v1/um_journal${query}`)).json;
  const all = await journal('');
  assert.deepEqual(
    all.find(({ level }: { level: string }) => level === 'Err'),
    {
      journalId: all[1].journalId + 1,
      time: START + 1000,
      lastTime: START + 1000,
      count: 3,
      level: 'Err',
      code: 'product-unreachable',
      group: 'vCenter',
      productId: 1,
      productType: 'vCenter',
      data: 'vc-example',
      message: 'refused',
    },
  );
  const codes = async (query: string) => (await journal(query)).map(({ code }: { code: string }) => code);
  assert.deepEqual(await codes('?productId=1&productType=vCenter'), ['product-unreachable', 'clock-skew']);
  assert.deepEqual(await codes('?productType=libvirt'), []);
  assert.deepEqual(await codes('?productId=44'), []);
  assert.deepEqual(await codes(`?timeStart=${START + 1000}&level=Warn`), ['clock-skew']);
  assert.deepEqual(await codes(`?timeEnd=${START}&code=meter-started`), ['meter-started']);
  assert.deepEqual(await codes('?limit=1'), ['clock-skew']);
  assert.deepEqual(await codes(`?limit=1&before=${all.at(-1).journalId}`), ['product-unreachable']);
  assert.match(
    await refused(run, 'GET', '/api/v1/um_journal?level=Loud&limit=0&timeStart=now&code=nope'),
    /^400 GW_REQ_KEY: .*'level'.*'timeStart'.*'code'.*'limit'/,
  );
});

test('rules are made, listed, renamed and deleted, all of them or none', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  const rule = {
    productType: 'vCenter',
    productId: 1,
    name: 'Acme',
    targetId: 'group-v3',
    targetType: 'Folder',
  };
  const made = await run.ask('POST', '/api/v1/rules', {
    body: {
      rules: [rule, { ...rule, name: 'Öko GmbH', targetId: 'resgroup-9', targetType: 'ResourcePool' }],
    },
  });
  assert.equal(made.status, 201);
  const [first, second] = made.json.rules;
  assert.deepEqual(first, { id: '00000000-0000-4000-8000-000000000001', ...rule });
  assert.deepEqual((await run.ask('GET', '/api/v1/rules')).json.rules, [first, second]);
  assert.deepEqual((await run.ask('GET', '/api/v1/rules?name=Acme')).json.rules, [first]);
  assert.deepEqual((await run.ask('GET', `/api/v1/rules/${second.id}`)).json, second);
  const post = (rules: unknown) => refused(run, 'POST', '/api/v1/rules', { body: { rules } });
  assert.match(
    await post([
      { ...rule, productId: 9 },
      { ...rule, productType: 'libvirt' },
    ]),
    /'rules\.0\.productId': it is no product of type vCenter here.*'rules\.1\.productId': it is no product of type libvirt here/,
  );
  assert.match(
    await post([{ ...rule, name: 'a\tb', targetType: 'Rack' }, {}]),
    /'rules\.0\.targetType'.*|'rules\.1\.name'/,
  );
  assert.match(
    await post([{ ...rule, name: 'x'.repeat(171) }]),
    /'rules\.0\.name': it must have at most 170/,
  );
  assert.match(await post([]), /'rules': it must have at least 1/);
  assert.match(
    await refused(run, 'PATCH', '/api/v1/rules', {
      body: {
        rules: [
          { id: first.id, name: 'New' },
          { id: 'x', name: 'Y' },
        ],
      },
    }),
    /'rules\.1\.id'/,
  );
  assert.equal((await run.ask('GET', `/api/v1/rules/${first.id}`)).json.name, 'Acme');
  const renamed = await run.ask('PATCH', '/api/v1/rules', {
    body: { rules: [{ id: first.id, name: 'New' }] },
  });
  assert.deepEqual([renamed.status, renamed.json.rules], [200, [{ ...first, name: 'New' }]]);
  assert.equal(
    (await run.ask('PATCH', `/api/v1/rules/${second.id}`, { body: { name: 'Two' } })).json.name,
    'Two',
  );
  assert.equal((await run.ask('DELETE', `/api/v1/rules/${second.id}`)).status, 204);
  assert.match(await refused(run, 'DELETE', `/api/v1/rules/${second.id}`), /^404 GW_NOT_FOUND/);
  assert.match(await refused(run, 'DELETE', '/api/v1/rules'), /'name'/);
  assert.match(await refused(run, 'DELETE', '/api/v1/rules?name=Nobody'), /^404 /);
  assert.equal((await run.ask('DELETE', '/api/v1/rules?name=New')).status, 204);
  assert.deepEqual((await run.ask('GET', '/api/v1/rules')).json, { rules: [] });
});

test('the audit tells every row as JSON or as a table, and nothing with 204', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  const machines = Array.from({ length: 3000 }, (_, n) => ({
    id: `vm-${n}`,
    uuid: `uuid-${n}`,
    name: n === 1 ? 'tab\tname' : `machine ${n}`,
    power: 'on' as const,
    vcpus: 1,
    memoryMib: 1,
    reservationMib: 0,
    storageMib: 0,
    services: [],
    host: 'host-1',
    pool: undefined,
    folder: n < 2000 ? 'group-v3' : undefined,
  }));
  const host = {
    id: 'host-1',
    name: 'h',
    cluster: undefined,
    place: 'host-1',
    sockets: 1,
    coresPerSocket: 1,
    memoryMib: 1,
    model: '',
    license: NO_LICENSE,
  };
  run.meter.inventories.set('vc-example', {
    machines,
    hosts: [host],
    clusters: [],
    places: [{ id: 'group-v3', type: 'Folder', name: 'f', parent: undefined }],
  });
  const rule = {
    productType: 'vCenter',
    productId: 1,
    name: 'Acme',
    targetId: 'group-v3',
    targetType: 'Folder',
  };
  await run.ask('POST', '/api/v1/rules', { body: { rules: [rule, { ...rule, targetId: 'group-v99' }] } });
  const audit = (query: string, accept = 'application/json') =>
    run.ask('GET', `/api/v1/rules/audit?${query}`, { headers: { accept } });
  const mapped = await audit('reportType=mappedVMs&productId=1&productType=vCenter');
  assert.equal(mapped.json.length, 2000);
  assert.deepEqual([mapped.json[0].VM, mapped.json[0].Customer], ['uuid-0', 'Acme']);
  assert.equal(mapped.headers['last-modified'], new Date(START).toUTCString());
  assert.equal((await audit('reportType=mappedVMs&productId=1&productType=vCenter&limit=7')).json.length, 7);
  const table = await audit('reportType=unmappedVMs', 'text/tsv');
  assert.match(String(table.headers['content-type']), /^text\/tsv/);
  assert.equal(table.headers['content-disposition'], 'attachment; filename="unmappedVMs.tsv"');
  const lines = table.text.slice(0, -1).split('\n');
  assert.equal(lines.length, 1001);
  assert.ok(lines.every((line) => line.split('\t').length === lines[0]!.split('\t').length));
  assert.equal((await audit('reportType=unmappedRules')).json[0].Target, 'group-v99');
  assert.equal((await audit('reportType=overlappedRules')).status, 204);
  assert.match(
    await refused(run, 'GET', '/api/v1/rules/audit?productId=0&limit=x'),
    /'reportType'.*'productId'.*'limit'/,
  );
  assert.match(
    await refused(run, 'GET', '/api/v1/rules/audit?reportType=mappedVMs&productId=1'),
    /'productType'/,
  );
  assert.match(
    await refused(run, 'GET', '/api/v1/rules/audit?reportType=mappedVMs&productId=5&productType=vCenter'),
    /^502 /,
  );
});

test('privacy is told in the published shape, changed by parts, from the month on or at once', async (t) => {
  const run = await running(t);
  const get = async () => (await run.ask('GET', '/api/v1/anon-settings')).json;
  const treatments = (told: { settings: { group: string; treatment: string }[] }) =>
    told.settings.map(({ group, treatment }) => `${group} ${treatment}`).join(', ');
  const first = await get();
  assert.equal(treatments(first), 'vm hashed, host hashed, cluster hashed, customer plain, license masked');
  assert.deepEqual([first.disabled, first.redactionString, first.pending], [false, null, null]);
  const later = await run.ask('PATCH', '/api/v1/anon-settings', {
    body: { settings: [{ group: 'vm', enabled: false }] },
  });
  assert.equal(later.status, 202);
  assert.equal(treatments(await get()), treatments(first));
  assert.equal(later.json.pending.from, '2023-02-01T00:00:00.000Z');
  assert.equal(
    treatments(later.json.pending),
    'vm plain, host hashed, cluster hashed, customer plain, license masked',
  );
  const patch = async (body: unknown, path = '/api/v1/anon-settings?force=true') => {
    await run.ask('PATCH', path, { body });
    return treatments(await get());
  };
  assert.equal(
    await patch({ redactionString: 'redacted' }),
    'vm plain, host redacted, cluster redacted, customer plain, license masked',
  );
  assert.equal((await get()).redactionString, 'redacted');
  assert.equal(
    await patch({ settings: [{ group: 'host', treatment: 'plain' }] }),
    'vm plain, host plain, cluster redacted, customer plain, license masked',
  );
  assert.equal(
    await patch({ disabled: true }),
    'vm plain, host plain, cluster plain, customer plain, license plain',
  );
  assert.equal((await get()).disabled, true);
  assert.equal(await patch({ disabled: false, force: true }, '/api/v1/anon-settings'), treatments(first));
  assert.equal((await run.ask('PUT', '/api/v1/anon-settings', { body: { disabled: false } })).status, 202);
  const bad = {
    redactionString: '***',
    settings: [
      { group: 'license', treatment: 'hashed' },
      { group: 'vm', treatment: 'plain', enabled: true },
    ],
  };
  assert.match(
    await refused(run, 'PATCH', '/api/v1/anon-settings', { body: bad }),
    /'settings\.0\.treatment': it must be one of masked, plain.*'settings\.1\.enabled'.*'redactionString'/,
  );
  assert.match(
    await refused(run, 'PATCH', '/api/v1/anon-settings', {
      body: { settings: [{ group: 'dna' }], disabled: 1 },
    }),
    /'disabled'.*'settings\.0\.group'/,
  );
});

test('a report comes back with names, in JSON as published or as it is, and nothing of it stays on the disk', async (t) => {
  const run = await running(t);
  const report = `name\tmemory\nhash-of-web-1\t4096\n`;
  const told = await run.ask('POST', '/api/v1/deanonymize', { body: { text: report } });
  assert.deepEqual([told.status, told.json], [202, { text: report.replace('hash-of-', '') }]);
  const big = report.repeat(300_000);
  const raw = await run.ask('POST', '/api/v1/deanonymize', {
    raw: big,
    headers: { 'content-type': 'text/tsv' },
  });
  assert.deepEqual([raw.status, raw.headers['content-type']], [200, 'text/tsv']);
  assert.equal(raw.text, big.replaceAll('hash-of-', ''));
  const strange = await run.ask('POST', '/api/v1/deanonymize', {
    raw: report,
    headers: { 'content-type': 'text/html' },
  });
  assert.equal(strange.headers['content-type'], 'application/octet-stream');
  const post = (asked: Asked) => refused(run, 'POST', '/api/v1/deanonymize', asked);
  assert.match(await post({}), /^400 GW_BAD_REQ_BODY: A report is needed/);
  assert.match(await post({ body: {} }), /^400 GW_REQ_KEY: .*'text'/);
  assert.match(await post({ body: { text: 7 } }), /'text': it must be text/);
  assert.match(await post({ body: { text: 'no report' } }), /^400 GW_BAD_REQ_BODY: This is no report/);
  assert.match(await post({ body: { text: 'x'.repeat(17 * 1024 * 1024) } }), /^413 GW_BODY_TOO_LARGE/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(readdirSync(join(run.meter.dir, 'api-reports.tmp')), []);
});

test('the packages of a month come in one tar that plain tools unpack; another month is not found', async (t) => {
  const run = await running(t);
  const packages = new Map(
    [400_000, 512 * 800, 0, 1].map((size, n) => [
      `usage_88531d1c-296e-4b47-8431-c0e8182148e7_1_00000${n}_2023-01.gz`,
      Buffer.alloc(size, `package ${n} `),
    ]),
  );
  for (const [name, bytes] of packages)
    writeFileSync(join(run.meter.dir, 'packages', name), bytes, { mode: 0o600 });
  const { status, headers, text } = await run.ask('GET', '/api/v1/usage-data/2023-01');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.equal(headers['content-disposition'], 'attachment; filename="usage-data-2023-01.tar"');
  const out = join(run.meter.dir, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-xf', '-', '-C', out], { input: Buffer.from(text, 'latin1') });
  assert.deepEqual(readdirSync(out).sort(), [...packages.keys()]);
  for (const [name, bytes] of packages) assert.ok(readFileSync(join(out, name)).equals(bytes), name);
  // Taken by the service between the list and the reading.
  const moved = [...packages.keys()][0]!;
  renameSync(join(run.meter.dir, 'packages', moved), join(run.meter.dir, 'sent', moved));
  const listed = [...packages.keys()].map((name) => ({
    name,
    paths: ['packages', 'sent'].map((at) => join(run.meter.dir, at, name)),
  }));
  Object.assign(run.meter, { usageData: async (month: string) => (month === '2023-01' ? listed : []) });
  assert.equal((await run.ask('GET', '/api/v1/usage-data/2023-01')).text, text);
  const none = '404 GW_USAGE_DATA_NOT_FOUND: Usage metering data not found for the specified period';
  for (const month of [
    '2023-02',
    '2023-13',
    '2023-1',
    '0000-01',
    '..%2f..%2fetc',
    '%2e%2e%2fmeter.yaml',
    '2023-01%00',
    '2023-01%0a',
  ])
    assert.equal(await refused(run, 'GET', `/api/v1/usage-data/${month}`), none, month);
});

test('an activation token is taken, and the service’s refusal is told', async (t) => {
  const run = await running(t);
  assert.deepEqual((await run.ask('GET', '/api/v1/cloud-auth')).json, {
    activated: false,
    service: 'https://service.example',
    organisation: null,
    registration: null,
    epoch: null,
  });
  const put = (accessToken: unknown) => run.ask('PUT', '/api/v1/cloud-auth', { body: { accessToken } });
  assert.match(
    (await put('eyJhbGciOi')).json.errMessage,
    /'accessToken': it must be an activation token, which begins with UMA:/,
  );
  const used = await put('UMA:used');
  assert.deepEqual([used.status, used.json.errCode], [502, 'GW_SERVICE_REFUSED']);
  const taken = await put('UMA:c2VjcmV0LXRva2Vu');
  assert.deepEqual([taken.status, taken.json.activated, taken.json.epoch], [202, true, 1]);
  assert.doesNotMatch(run.said.join() + run.logged.join(), /c2VjcmV0/);
});

test('the meter says who it is', async (t) => {
  const run = await running(t);
  assert.deepEqual((await run.ask('GET', '/api/v1/agent_info')).json, {
    uuid: '88531d1c-296e-4b47-8431-c0e8182148e7',
    major_version: 1,
    minor_version: 2,
    patch_version: 3,
    hotfix_version: 0,
    build_number: 0,
  });
});

test('health follows the work, and metrics tell products, spool, journal and process', async (t) => {
  const run = await running(t);
  await run.ask('POST', '/api/v1/product', { body: VCENTER });
  run.meter.states.set('vc-example', {
    state: 'reached',
    seenUntil: START - 5000,
    skewSeconds: 2,
    requests: 9,
    bytes: 1234,
  });
  const health = async () => run.ask('GET', '/healthz');
  assert.deepEqual([(await health()).status, (await health()).json.status], [200, 'ok']);
  assert.deepEqual((await run.ask('GET', '/readyz')).json, { status: 'ready' });
  run.journal.note({ code: 'clock-skew', product: 'vc-example', message: '2 s' });
  const metrics = (await run.ask('GET', '/metrics')).text;
  for (const line of [
    'meterhouse_meter_product_reachable{product="vc-example",type="vCenter"} 1',
    'meterhouse_meter_product_seen_age_seconds{product="vc-example",type="vCenter"} 5',
    'meterhouse_meter_product_clock_skew_seconds{product="vc-example",type="vCenter"} 2',
    'meterhouse_meter_product_requests_total{product="vc-example",type="vCenter"} 9',
    'meterhouse_meter_product_received_bytes_total{product="vc-example",type="vCenter"} 1234',
    'meterhouse_meter_hours_waiting 3',
    'meterhouse_meter_packages_unsent 2',
    'meterhouse_meter_oldest_unsent_age_seconds 0',
    'meterhouse_meter_spool_bytes 1000',
    'meterhouse_meter_spool_limit_bytes 5000',
    'meterhouse_meter_journal_entries_total{code="clock-skew",severity="warning"} 1',
  ])
    assert.ok(metrics.split('\n').includes(line), line);
  assert.match(metrics, /^# TYPE meterhouse_meter_product_requests_total counter$/m);
  assert.equal(
    (await run.ask('GET', '/metrics')).text
      .match(/^meterhouse_meter_product_requests_total.*$/m)![0]
      .split(' ')[1],
    '9',
  );
  assert.match(metrics, /^process_resident_memory_bytes \d+/m);
  assert.match(
    metrics,
    /^meterhouse_meter_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 2$/m,
  );
  run.time.ms += 16 * 60_000;
  run.meter.oldestUnsentAt = START - 7 * 3_600_000;
  const failing = await health();
  assert.equal(failing.status, 503);
  assert.match(failing.json.checks.products.detail, /not seen for more than 15 minutes: vc-example/);
  assert.deepEqual([failing.json.checks.uploads.ok, failing.json.checks.spool.ok], [false, true]);
  await run.ask('DELETE', '/api/v1/product?id=1&forget=true');
  assert.doesNotMatch((await run.ask('GET', '/metrics')).text, /product="vc-example"/);
});

test('the one who was given a password by the secrets logs in with it, and nobody before', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'meter-login-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const secrets = await openSecrets(dir, {});
  const run = await running(t, { checkLogin: (user, password) => secrets.verifyApiPassword(user, password) });
  const login = (user: string, password: string) =>
    run.ask('POST', '/api/v1/login', { body: { user, password } }).then(({ status }) => status);
  assert.equal(await login('admin', 'A'), 401);
  await secrets.setApiPassword('admin', 'Pässwort 1');
  assert.deepEqual(
    [await login('admin', 'Pa\u0308sswort 1'), await login('Admin', 'Pässwort 1')],
    [202, 401],
  );
});

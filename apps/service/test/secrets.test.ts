import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { activationOf, makeKey } from '../src/registry/testing-meters.ts';
import { type Answer, type CallRequest, type House, openHouse, passwordOf, roles, until } from './house.ts';
import {
  assertionOf,
  type LiveMeter,
  makeLiveMeter,
  meterAccess,
  packageType,
  signIn,
  upload,
} from './meter.ts';
import { readOperations } from './openapi.ts';

/**
 * One journey with every secret in every place where a client may put it, right and wrong; then each place where something is
 * kept is searched for each of them.
 */
let house: House;
let meter: LiveMeter;
/** Secrets by what they are. */
const secrets = new Map<string, string>();
const refusals: { told: string; answer: Answer }[] = [];

const keep = (name: string, value: string): string => {
  assert.ok(value.length >= 20, name);
  secrets.set(name, value);
  return value;
};
/** As somebody mistypes it. */
const mistyped = (value: string) =>
  `${value.slice(0, -5)}${value.at(-5) === 'x' ? 'y' : 'x'}${value.slice(-4)}`;

async function tell(method: string, path: string, request: CallRequest): Promise<Answer> {
  const answer = await house.call(method, path, request);
  if (answer.status >= 400) refusals.push({ told: `${method} ${path.split('?')[0]}`, answer });
  return answer;
}

const gateway = '/csp/gateway/am/api/auth/api-tokens/authorize';
const registrations = '/usage/api/v1/agent-registrations';

/** Sends a secret wherever a request has a place for text. */
async function everywhere(secret: string): Promise<void> {
  const activate = `/usage/api/v1/agents/${meter.agentId}/activate`;
  const uploads = `/usage/api/v1/agents/${meter.agentId}/uploads`;
  const bearer = house.a.access.administrator;
  for (const path of [registrations, '/api/v1/meters', uploads, gateway, '/no/such', '/metrics'])
    for (const method of ['GET', 'POST']) {
      await tell(method, path, { bearer: secret });
      await tell(method, path, { headers: { 'csp-auth-token': secret } });
      await tell(method, path, { bearer, headers: { 'x-request-id': secret } });
      await tell(method, path, { headers: { authorization: `Basic ${secret}`, cookie: `token=${secret}` } });
      await tell(method, `${path}?refresh_token=${secret}&token=${secret}&ref=${secret}`, { bearer });
    }
  const inFields = { refresh_token: secret, api_token: secret, password: secret, client_assertion: secret };
  // A right token at the gateway is answered with tokens: that is no refusal.
  for (const path of [
    registrations,
    activate,
    '/oauth2/token',
    gateway,
    `/api/v1/meters/${meter.agentId}/undelete`,
  ])
    for (const request of [
      {
        body: {
          ...inFields,
          activation: secret,
          label: `\t${secret}`,
          agentId: secret,
          version: secret,
          sequence: secret,
        },
      },
      { body: `{"token": "${secret}", `, headers: { 'content-type': 'application/json' } },
      { body: `"${secret}"`, headers: { 'content-type': 'application/json' } },
      { body: secret, headers: { 'content-type': 'text/plain' } },
      { body: new URLSearchParams(inFields) },
      { body: new URLSearchParams({ refresh_token: secret, api_token: secret }) },
      {
        body: new URLSearchParams({
          grant_type: secret,
          client_assertion_type: secret,
          client_assertion: secret,
          client_id: secret,
        }),
      },
    ])
      await tell('POST', path, { bearer, ...request });
  for (const type of [packageType, 'application/json'])
    await tell('POST', `${uploads}?correction=${secret}`, {
      bearer,
      headers: { 'content-type': type },
      body: secret,
    });
}

/** The management API makes secrets and is sent them, each also a second time under its Idempotency-Key. */
async function manage(): Promise<void> {
  const bearer = house.a.access.administrator;
  const twice = async (path: string, body: object): Promise<Answer> => {
    const headers = { 'idempotency-key': `twice ${path}` };
    const first = await tell('POST', path, { bearer, body, headers });
    assert.equal(first.status, 201, first.text);
    await tell('POST', path, { bearer, body, headers });
    return first;
  };
  const made = await twice('/api/v1/api-tokens', { name: 'made', role: 'administrator' });
  keep('made API token', made.json.value);
  const grace = { sequence: 1, graceSeconds: 600 };
  const rotated = await twice(`/api/v1/api-tokens/${made.json.id}/rotate`, grace);
  keep('rotated API token', rotated.json.value);
  keep('access token of the rotated API token', await house.exchange(rotated.json.value));
  const password = keep('password of a person', 'correct horse battery staple');
  await twice('/api/v1/people', { email: 'somebody@acme.example', role: 'reader', password });
  await tell('POST', '/api/v1/people', { bearer, body: { email: password, role: password, password } });
  for (const request of [
    { email: 'somebody@acme.example', role: 'reader', password, more: password },
    { email: 'somebody@acme.example', role: 'reader', password },
  ])
    await tell('POST', '/api/v1/people', { bearer, body: request });
}

/** Sends a secret in every text of the management API: fields, names in paths, queries of lists, headers. */
async function intoManagement(secret: string): Promise<void> {
  const bearer = house.a.access.administrator;
  const fields = ['name', 'number', 'email', 'role', 'label', 'reason', 'currency', 'productId', secret];
  const body = Object.fromEntries(fields.map((field) => [field, secret]));
  for (const { method, path, query } of await readOperations(house)) {
    if (!path.startsWith('/api/v1/')) continue;
    const there = path.replaceAll(/\{\w+\}/g, secret);
    const headers = { 'meterhouse-organisation': secret, 'idempotency-key': secret };
    await tell(method, there, { bearer, headers, ...(method === 'GET' ? {} : { body }) });
    await tell(method, there, { bearer, ...(method === 'GET' ? {} : { body }) });
    if (query.length === 0) continue;
    const told = query.map((name) => `${name}=${secret}`).join('&');
    await tell('GET', `${there}?${told}`, { bearer });
    await tell('GET', `${there}?filter=name==${secret}&sort=-${secret}&${secret}=1`, { bearer });
  }
  for (const page of ['/docs', '/docs/reference', `/docs/problems/${secret}`, `/docs/guides/${secret}`])
    await tell('GET', `${page}?token=${secret}`, { headers: { cookie: `token=${secret}` } });
}

/** Has the report made in another form and a backup of it all, so that they are searched, too. */
async function makeCopies(): Promise<void> {
  const bearer = house.a.access.reader;
  const listed = await until(
    () => house.call('GET', `/usage/api/v1/reports/2023/3/${meter.agentId}`, { bearer }),
    ({ json }) => json.length > 0,
  );
  const csv = await house.call('GET', `/usage/api/v1/reports?ref=${listed.json[0].ref}`, {
    bearer,
    headers: { accept: 'text/csv+gzip' },
  });
  assert.equal(csv.status, 200, csv.text);
  const operator = await house.exchange(house.operatorToken);
  const asked = await house.call('POST', '/api/v1/backups', { bearer: operator });
  const backup = await until(
    () => house.call('GET', `/api/v1/backups/${asked.json.id}`, { bearer: operator }),
    ({ json }) => json.state !== 'running',
  );
  assert.equal(backup.json.state, 'complete', backup.text);
}

before(async () => {
  house = await openHouse({
    logLevel: 'trace',
    flags: ['--failures-per-address', '50000', '--failures-per-token', '50000'],
  });
  for (const organisation of [house.a, house.b]) {
    for (const role of roles) {
      keep(`API token of ${organisation.name}'s ${role}`, organisation.apiTokens[role]);
      keep(`access token of ${organisation.name}'s ${role}`, organisation.access[role]);
    }
    keep(`password of ${organisation.name}`, passwordOf(organisation.name));
  }
  keep("the operators' API token", house.operatorToken);
  const masterKey = readFileSync(join(house.data, 'master.key'));
  keep('master key', masterKey.length === 32 ? masterKey.toString('hex') : masterKey.toString('utf8').trim());

  meter = await makeLiveMeter(house, house.a);
  keep('used activation token', meter.activationToken);
  keep('used activation', meter.activation);
  keep("private half of the meter's key", meter.key.privateJwk.d!);
  const fresh = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activation-token`, {
    bearer: house.a.access.administrator,
  });
  const activationToken = keep('fresh activation token', fresh.json.activationToken);
  const other = await makeKey();
  keep('private half of another key', other.privateJwk.d!);
  const misplaced = await activationOf(house.a.id, activationToken, other);
  await tell('POST', `/usage/api/v1/agents/${meter.agentId}/activate`, { body: { activation: misplaced } });
  keep("the meter's access token", await meterAccess(house, meter));
  const used = keep('used assertion', await assertionOf(house.url, meter));
  await signIn(house, used);
  assert.equal((await signIn(house, used)).status, 401);
  keep('expired assertion', await assertionOf(house.url, meter, { exp: 1_700_000_000, iat: 1_699_999_900 }));
  const exchanged = await house.call('POST', gateway, {
    body: new URLSearchParams({ refresh_token: house.a.apiTokens.reader }),
  });
  keep('id token', exchanged.json.id_token);
  await upload(house, meter, house.a.access.reporter);
  await manage();

  for (const [name, value] of [...secrets]) {
    // One of each kind; the other organisation's and the other roles' went their own ways above.
    if (/Borealis|reporter|reader/.test(name)) continue;
    // A header takes no line feed and no space.
    const plain = value.replaceAll(/[^\w.:-]/g, '-');
    await everywhere(plain);
    // One of each length and alphabet: the management API does not know what kind it is either.
    if (/^(made API token|access token|fresh activation token|password of a)/.test(name))
      await intoManagement(plain);
    if (/API token|fresh/.test(name)) await everywhere(keep(`mistyped ${name}`, mistyped(value)));
  }
  await makeCopies();
});
after(() => house?.close());

/** Forms in which a secret is still readable by whoever finds it. For a JWT the signature is what is secret. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const forms = [
    value,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    encodeURIComponent(value),
  ];
  const signature = /^ey[\w-]+\.[\w-]+\.([\w-]{40,})$/.exec(value)?.[1];
  return signature === undefined ? forms : [...forms, signature];
}

function assertNoSecret(place: string, text: string): void {
  for (const [name, value] of secrets)
    for (const form of formsOf(value)) {
      const at = text.indexOf(form);
      assert.ok(at < 0, `${place} holds the ${name}: ${text.slice(Math.max(0, at - 200), at)}`);
    }
}

test('no log line of any level holds a secret', () => {
  assert.ok(house.lines.length > 500);
  assert.ok(house.lines.some((line) => line.includes('"level":"debug"') || line.includes('"level":"info"')));
  assertNoSecret('the log', house.lines.join(''));
});

test('no refusal repeats a secret', () => {
  assert.ok(refusals.length > 500);
  for (const { told, answer } of refusals)
    assertNoSecret(
      `the answer ${answer.status} to ${told}`,
      `${answer.text}\n${[...answer.headers].join('\n')}`,
    );
});

test('every answer that carries a secret forbids storing', async () => {
  const exchanged = await house.call('POST', gateway, {
    body: new URLSearchParams({ refresh_token: house.a.apiTokens.reader }),
  });
  const made = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activation-token`, {
    bearer: house.a.access.administrator,
  });
  const signedIn = await signIn(house, await assertionOf(house.url, meter));
  const bearer = house.a.access.administrator;
  const token = await house.call('POST', '/api/v1/api-tokens', {
    bearer,
    body: { name: 'x', role: 'reader' },
  });
  const rotated = await house.call('POST', `/api/v1/api-tokens/${token.json.id}/rotate`, {
    bearer,
    body: { sequence: 1, graceSeconds: 0 },
  });
  for (const { status, headers } of [exchanged, made, signedIn, token, rotated]) {
    assert.ok(status < 300);
    assert.equal(headers.get('cache-control'), 'no-store');
  }
});

test('no table of the database holds a secret, in the clear or encoded', async () => {
  const tables = await house.database.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  assert.ok(tables.length > 15);
  let rows = 0;
  for (const { name } of tables)
    for (const { row } of await house.database.query<{ row: string }>(
      `select t::text as row from ${name} t`,
    )) {
      assertNoSecret(`table ${name}`, row);
      rows += 1;
    }
  assert.ok(rows > 20);
});

test('no file of the data directory holds a secret but those that are there for it', () => {
  const files = readdirSync(house.data, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  let searched = 0;
  assert.ok(files.some(({ parentPath }) => parentPath.startsWith(join(house.data, 'backups'))));
  for (const { parentPath, name } of files) {
    if (parentPath === house.data && ['operator-token', 'master.key'].includes(name)) continue;
    const bytes = readFileSync(join(parentPath, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    assertNoSecret(join(parentPath, name), text);
    searched += 1;
  }
  assert.ok(searched > 5);
});

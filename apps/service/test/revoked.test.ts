import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { packageOf } from '../src/intake/testing.ts';
import { activationOf, makeKey } from '../src/registry/testing-meters.ts';
import { type CallRequest, type House, openHouse } from './house.ts';
import {
  assertionOf,
  type LiveMeter,
  makeLiveMeter,
  meterAccess,
  packageType,
  signIn,
  upload,
} from './meter.ts';
import { type Operation, readOperations } from './openapi.ts';

/** An access token lives on after what it came from is gone: it may still read, and change nothing. */
let house: House;
let operations: readonly Operation[];
let meter: LiveMeter;
let deleted: LiveMeter;
/** One that is there to be deleted. */
let doomed: LiveMeter;
/** One whose key comes into wrong hands. */
let spoiled: LiveMeter;
let first: { readonly uploadId: string; readonly digest: string };

before(async () => {
  house = await openHouse();
  operations = await readOperations(house);
  meter = await makeLiveMeter(house, house.a);
  deleted = await makeLiveMeter(house, house.a);
  doomed = await makeLiveMeter(house, house.a);
  spoiled = await makeLiveMeter(house, house.a);
  first = await upload(house, meter, house.a.access.reporter);
  const path = `/api/v1/meters/${deleted.agentId}`;
  const gone = await house.call('DELETE', `${path}?sequence=${await sequenceOf(deleted)}`, {
    bearer: house.a.access.administrator,
  });
  assert.equal(gone.status, 200, gone.text);
});
after(() => house?.close());

async function sequenceOf({ agentId }: LiveMeter): Promise<number> {
  const { json } = await house.call('GET', `/api/v1/meters/${agentId}`, { bearer: house.a.access.reader });
  return json.sequence;
}

type Change = (operation: Operation) => Promise<CallRequest & { path: string }>;

/** Every operation that changes something for a caller, as one that would succeed. */
const changes: Readonly<Record<string, Change>> = {
  'POST /usage/api/v1/agent-registrations': async ({ path }) => ({
    path,
    body: { agentId: randomUUID(), label: 'um', contractNumber: '1012345' },
  }),
  'POST /usage/api/v1/agents/{agentId}/activation-token': async ({ path }) => ({
    path: path.replace('{agentId}', meter.agentId),
  }),
  'POST /usage/api/v1/agents/{agentId}/uploads': async ({ path }) => ({
    path: path.replace('{agentId}', meter.agentId),
    headers: { 'content-type': packageType },
    body: new Uint8Array((await nextPackage()).file),
  }),
  'DELETE /api/v1/meters/{agentId}': async ({ path }) => ({
    path: `${path.replace('{agentId}', doomed.agentId)}?sequence=${await sequenceOf(doomed)}`,
  }),
  'POST /api/v1/meters/{agentId}/undelete': async ({ path }) => ({
    path: path.replace('{agentId}', deleted.agentId),
    body: { sequence: await sequenceOf(deleted) },
  }),
  'PATCH /api/v1/meters/{agentId}': async ({ path }) => ({
    path: path.replace('{agentId}', meter.agentId),
    body: { sequence: await sequenceOf(meter), label: `um ${randomUUID()}` },
  }),
  'POST /api/v1/meters/{agentId}/keys/{kid}/compromise': async ({ path }) => ({
    path: path.replace('{agentId}', spoiled.agentId).replace('{kid}', spoiled.signer.kid),
    body: { reason: 'lost' },
  }),
  'POST /api/v1/contracts': async ({ path }) => ({
    path,
    body: { number: randomUUID(), family: 'RENTAL', currency: 'USD', ruleSet: 'plain' },
  }),
  'PATCH /api/v1/contracts/{number}': async ({ path }) => ({
    path: path.replace('{number}', await newContract()),
    body: { sequence: 1, currency: 'EUR' },
  }),
  'DELETE /api/v1/contracts/{number}': async ({ path }) => ({
    path: `${path.replace('{number}', await newContract())}?sequence=1`,
  }),
  'POST /api/v1/contracts/{number}/sites': async ({ path }) => ({
    path: path.replace('{number}', '1012345'),
    body: { name: `site ${randomUUID()}` },
  }),
  'PATCH /api/v1/contracts/{number}/sites/{siteId}': async ({ path }) => ({
    path: path.replace('{number}', '1012345').replace('{siteId}', await newSite()),
    body: { sequence: 1, postCode: '1000' },
  }),
  'DELETE /api/v1/contracts/{number}/sites/{siteId}': async ({ path }) => ({
    path: `${path.replace('{number}', '1012345').replace('{siteId}', await newSite())}?sequence=1`,
  }),
  'POST /api/v1/customers': async ({ path }) => ({ path, body: { name: `customer ${randomUUID()}` } }),
  'PATCH /api/v1/customers/{customerId}': async ({ path }) => ({
    path: path.replace('{customerId}', await newCustomer()),
    body: { sequence: 1, number: 'C-1' },
  }),
  'DELETE /api/v1/customers/{customerId}': async ({ path }) => ({
    path: `${path.replace('{customerId}', await newCustomer())}?sequence=1`,
  }),
  'POST /api/v1/customer-rules': async ({ path }) => {
    const id = await newCustomer();
    const [row] = await house.database.query<{ name: string }>('select name from customers where id = $1', [
      id,
    ]);
    const target = { productType: 'vCenter', productId: id, targetType: 'Folder', targetId: 'group-v1' };
    return { path, body: { name: row!.name, ...target } };
  },
  'PATCH /api/v1/customer-rules/{ruleId}': async ({ path }) => ({
    path: path.replace('{ruleId}', await newRule()),
    body: { sequence: 1, targetId: 'group-v2' },
  }),
  'DELETE /api/v1/customer-rules/{ruleId}': async ({ path }) => ({
    path: `${path.replace('{ruleId}', await newRule())}?sequence=1`,
  }),
  'PUT /api/v1/organisations/{organisationId}/quotas': async ({ path }) => ({
    path: path.replace('{organisationId}', await newOrganisation()),
    body: { sequence: 0, meters: 5 },
  }),
  'POST /api/v1/backups': async ({ path }) => ({ path }),
  'POST /api/v1/rebuilds': async ({ path }) => ({ path }),
  'POST /api/v1/organisations': async ({ path }) => ({ path, body: { name: `made ${randomUUID()}` } }),
  'PATCH /api/v1/organisations/{organisationId}': async ({ path }) => ({
    path: path.replace('{organisationId}', await newOrganisation()),
    body: { sequence: 1, partnerId: randomUUID() },
  }),
  'DELETE /api/v1/organisations/{organisationId}': async ({ path }) => ({
    path: `${path.replace('{organisationId}', await newOrganisation())}?sequence=1`,
  }),
  'POST /api/v1/people': async ({ path }) => ({
    path,
    body: { email: `${randomUUID()}@acme.example`, role: 'reader' },
  }),
  'PATCH /api/v1/people/{personId}': async ({ path }) => ({
    path: path.replace('{personId}', await newPerson()),
    body: { sequence: 1, role: 'reporter' },
  }),
  'DELETE /api/v1/people/{personId}': async ({ path }) => ({
    path: `${path.replace('{personId}', await newPerson())}?sequence=1`,
  }),
  'POST /api/v1/api-tokens': async ({ path }) => ({ path, body: { name: 'made', role: 'reader' } }),
  'PATCH /api/v1/api-tokens/{tokenId}': async ({ path }) => ({
    path: path.replace('{tokenId}', await newToken()),
    body: { sequence: 1, name: 'renamed' },
  }),
  'DELETE /api/v1/api-tokens/{tokenId}': async ({ path }) => ({
    path: `${path.replace('{tokenId}', await newToken())}?sequence=1`,
  }),
  'POST /api/v1/api-tokens/{tokenId}/rotate': async ({ path }) => ({
    path: path.replace('{tokenId}', await newToken()),
    body: { sequence: 1, graceSeconds: 60 },
  }),
  'POST /api/v1/signing-keys/{purpose}/rotate': async ({ path }) => ({
    path: path.replace('{purpose}', 'report'),
  }),
  'POST /api/v1/notifications/{notificationId}/read': async ({ path }) => ({
    path: path.replace('{notificationId}', await newNotification()),
  }),
};

/** Runs a statement that makes something of Acme Cloud's (`$1`) and gives its id. */
async function newThing(statement: string): Promise<string> {
  const [row] = await house.database.query<{ id: string }>(statement, [house.a.id]);
  return row!.id;
}
const newOrganisation = () =>
  newThing("insert into organisations (name) values ('made ' || gen_random_uuid() || $1) returning id");
const newPerson = () =>
  newThing(
    `with made as (insert into people (email) values (gen_random_uuid() || '@acme.example') returning id)
     insert into memberships (person_id, organisation_id, role) select id, $1, 'reader' from made
     returning person_id as id`,
  );
const newToken = () =>
  newThing(
    `insert into api_tokens (organisation_id, name, role, secret_hash, last_four)
     values ($1, 'made', 'reader', sha256(gen_random_uuid()::text::bytea), 'made') returning id`,
  );
const newNotification = () =>
  newThing(
    `insert into notifications (organisation_id, kind, subject, message, created_at)
     values ($1, 'made', 'made', 'made', now()) returning id`,
  );

const newContract = () =>
  newThing(
    `insert into contracts (organisation_id, number, family, currency, rule_set)
     values ($1, gen_random_uuid()::text, 'RENTAL', 'USD', 'plain') returning number as id`,
  );
const newSite = () =>
  newThing(
    `insert into sites (contract_id, name) select id, gen_random_uuid()::text from contracts
     where organisation_id = $1 and number = '1012345' returning id`,
  );
const newCustomer = () =>
  newThing('insert into customers (organisation_id, name) values ($1, gen_random_uuid()::text) returning id');
const newRule = () =>
  newThing(
    `with made as (insert into customers (organisation_id, name) values ($1, gen_random_uuid()::text) returning id)
     insert into customer_rules (organisation_id, customer_id, product_type, product_id, target_type, target_id)
     select $1, id, 'vCenter', gen_random_uuid(), 'Folder', 'group-v1' from made returning id`,
  );

const nextPackage = () =>
  packageOf(house.database, meter, {
    number: 2,
    previous: first.digest,
    products: [
      {
        id: meter.product,
        type: 'vCenter',
        version: '8.0',
        hours: [{ hour: '2023-03-01T01:00:00Z', status: 'unreachable' }],
      },
    ],
    records: {},
  });

const guarded = () => operations.filter(({ least }) => least !== undefined);
const audited = async () =>
  (await house.database.query<{ count: number }>('select count(*)::int from audit_log'))[0]!.count;

test('every guarded operation that is no GET has a case here', () => {
  const names = guarded()
    .filter(({ method }) => method !== 'GET')
    .map(({ name }) => name);
  assert.deepEqual(names.sort(), Object.keys(changes).sort());
});

/** Makes every change with these bearers and gives what each answered. */
async function tryChanges(bearerFor: (operation: Operation) => string | undefined) {
  const answers: { name: string; status: number; text: string }[] = [];
  for (const operation of guarded().filter(({ name }) => changes[name])) {
    const bearer = bearerFor(operation);
    if (bearer === undefined) continue;
    const { path, ...request } = await changes[operation.name]!(operation);
    const { status, text } = await house.call(operation.method, path, { ...request, bearer });
    answers.push({ name: operation.name, status, text });
  }
  return answers;
}

test('a revoked API token stops every change at once; its access token reads until it ends', async () => {
  const operator = await house.exchange(house.operatorToken);
  const bearerFor = ({ least }: Operation) =>
    least === 'operator' ? operator : house.a.access.administrator;
  const before = await audited();
  await house.database.query(
    "update api_tokens set revoked_at = now() where role in ('administrator', 'operator')",
  );
  try {
    const answers = await tryChanges(bearerFor);
    assert.equal(answers.length, Object.keys(changes).length);
    for (const { name, status, text } of answers) assert.equal(status, 401, `${name}: ${text}`);
    assert.equal(await audited(), before);
    const personId = await newPerson();
    const tokenId = await newToken();
    const siteId = await newSite();
    const customerId = await newCustomer();
    const ruleId = await newRule();
    for (const operation of guarded().filter(
      ({ method, path, least }) => method === 'GET' && least !== 'operator' && !/ref/.test(path),
    )) {
      if (operation.path === '/usage/api/v1/reports') continue;
      const path = operation.path
        .replace('{agentId}', meter.agentId)
        .replace('{uploadId}', first.uploadId)
        .replace('{organisationId}', house.a.id)
        .replace('{personId}', personId)
        .replace('{tokenId}', tokenId)
        .replace('{number}', '1012345')
        .replace('{siteId}', siteId)
        .replace('{customerId}', customerId)
        .replace('{ruleId}', ruleId)
        .replace('months/{month}', 'months/2023-03')
        .replace('{year}', '2023')
        .replace('{month}', '3');
      const answer = await house.call('GET', path, { bearer: house.a.access.administrator });
      assert.equal(answer.status, 200, `${operation.name}: ${answer.text}`);
    }
    await assert.rejects(house.exchange(house.a.apiTokens.administrator), /invalid_grant/);
  } finally {
    await house.database.query('update api_tokens set revoked_at = null');
  }
});

test('a role that was lowered stops every change that the access token still claims', async () => {
  await house.database.query("update api_tokens set role = 'reader' where role = 'administrator'");
  try {
    const answers = await tryChanges(({ least }) =>
      least === 'operator' ? undefined : house.a.access.administrator,
    );
    for (const { name, status, text } of answers) assert.equal(status, 403, `${name}: ${text}`);
  } finally {
    await house.database.query("update api_tokens set role = 'administrator' where name = 'administrator'");
  }
});

test("a meter's token uploads nothing more once its key is replaced, and the old key signs in no more", async () => {
  const old = await meterAccess(house, meter);
  const made = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activation-token`, {
    bearer: house.a.access.administrator,
  });
  const key = await makeKey();
  const activation = await activationOf(meter.agentId, made.json.activationToken, key);
  const bound = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/activate`, {
    body: { activation },
  });
  assert.equal(bound.json.epoch, 2, bound.text);
  const answer = await house.call('POST', `/usage/api/v1/agents/${meter.agentId}/uploads`, {
    bearer: old,
    headers: { 'content-type': packageType },
    body: new Uint8Array((await nextPackage()).file),
  });
  assert.equal(answer.status, 401, answer.text);
  assert.equal((await signIn(house, await assertionOf(house.url, meter))).status, 401);
  const access = await meterAccess(house, { ...meter, key });
  const list = await house.call('GET', `/usage/api/v1/agents/${meter.agentId}/uploads`, { bearer: access });
  assert.equal(list.json.items.length, 1);
});

test('with the token in force again, every change passes', async () => {
  const operator = await house.exchange(house.operatorToken);
  const answers = await tryChanges(({ least }) =>
    least === 'operator' ? operator : house.a.access.administrator,
  );
  for (const { name, status, text } of answers) assert.ok(status < 300, `${name}: ${status} ${text}`);
});

test('every change of the management API that is sent twice with one key is made once', async () => {
  // The one that was there to be deleted is, by now.
  deleted = doomed;
  doomed = await makeLiveMeter(house, house.a);
  const operator = await house.exchange(house.operatorToken);
  const own = guarded().filter(({ name, path }) => changes[name] && path.startsWith('/api/v1/'));
  for (const operation of own) {
    const { path, ...request } = await changes[operation.name]!(operation);
    const send = () =>
      house.call(operation.method, path, {
        ...request,
        bearer: operation.least === 'operator' ? operator : house.a.access.administrator,
        headers: { ...request.headers, 'idempotency-key': `once ${operation.name}` },
      });
    const first = await send();
    assert.ok(first.status < 300, `${operation.name}: ${first.text}`);
    const made = await audited();
    const second = await send();
    assert.equal(await audited(), made, `${operation.name} was made twice`);
    if (first.headers.get('cache-control') === 'no-store') {
      assert.equal(second.json.code, 'idempotency-secret', `${operation.name}: ${second.text}`);
      continue;
    }
    assert.equal(second.status, first.status, `${operation.name}: ${second.text}`);
    assert.equal(second.text, first.text);
    assert.equal(second.headers.get('location'), first.headers.get('location'));
    assert.equal(second.headers.get('idempotency-replayed'), 'true', operation.name);
  }
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { thumbprint } from '@meterhouse/metering';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { packageOf, productOf, vm } from '../src/intake/testing.ts';
import { notify } from '../src/notices/index.ts';
import { keyOf, makeKey } from '../src/registry/testing-meters.ts';
import { type Answer, type House, type Organisation, openHouse, roles, until } from './house.ts';
import { type Attempt, type Estate, reaches, unknownAgent } from './isolation-cases.ts';
import { type LiveMeter, makeLiveMeter, meterAccess, upload } from './meter.ts';
import { isProblem, type Operation, readOperations } from './openapi.ts';

let house: House;
let operations: readonly Operation[];
let a: Estate;
let b: Estate;
let meterOfA: string;
const sharedAgent = randomUUID();
/** One vCenter that both organisations say they meter: neither may learn it of the other. */
const sharedProduct = randomUUID();

before(async () => {
  house = await openHouse({ flags: ['--failures-per-address', '10000', '--failures-per-token', '10000'] });
  operations = await readOperations(house);
  a = await makeEstate(house.a);
  b = await makeEstate(house.b);
  meterOfA = await meterAccess(house, a.own);
});
after(() => house?.close());

async function makeEstate(organisation: Organisation): Promise<Estate> {
  const shared = {
    ...(await makeLiveMeter(house, organisation, sharedAgent, { label: `${organisation.name} shared` })),
    product: sharedProduct,
  };
  const own = await makeLiveMeter(house, organisation, randomUUID(), {
    label: `${organisation.name} own`,
    contractNumber: organisation.ownContract,
    siteName: `${organisation.name} Site`,
  });
  const { reporter, reader } = organisation.access;
  const { file: sharedFile } = await upload(house, shared, reporter);
  const sent = await upload(house, own, reporter, {
    records: { vm: [vm(own, { customer: `${organisation.name} customer` })] },
    products: [productOf(own, [{ hour: '2023-03-01T00:00:00Z', status: 'collected' }])],
  });
  return {
    shared,
    own,
    upload: sent,
    sharedFile,
    refs: await refsOf(own.agentId, reader),
    ...(await thingsOf(organisation)),
    ...(await businessOf(organisation, own)),
  };
}

/** What else of an organisation can be named. */
async function thingsOf({ id }: Organisation) {
  await house.database.transaction((transaction) =>
    notify(transaction, {
      organisationId: id,
      kind: 'told',
      subject: `organisation:${id}`,
      message: `Told to ${id}`,
      at: new Date(),
    }),
  );
  const [things] = await house.database.query<{ personId: string; tokenId: string; notificationId: string }>(
    `select m.person_id as "personId", t.id as "tokenId", n.id as "notificationId"
     from memberships m join api_tokens t using (organisation_id) join notifications n using (organisation_id)
     where organisation_id = $1 limit 1`,
    [id],
  );
  return things!;
}

/** Its site, a customer, a rule of that, and its own meter's key. */
async function businessOf({ id, name, ownContract }: Organisation, { agentId }: LiveMeter) {
  const [business] = await house.database.query<{
    siteId: string;
    customerId: string;
    ruleId: string;
    kid: string;
  }>(
    `with customer as (
       insert into customers (organisation_id, name) values ($1, $2) returning id
     ), rule as (
       insert into customer_rules (organisation_id, customer_id, product_type, product_id, target_type, target_id)
       select $1, id, 'vCenter', gen_random_uuid(), 'Folder', 'group-v1' from customer returning id
     )
     select s.id as "siteId", customer.id as "customerId", rule.id as "ruleId", k.kid
     from customer, rule, sites s join contracts c on c.id = s.contract_id,
          meters m join meter_keys k on k.meter_id = m.id
     where c.organisation_id = $1 and c.number = $3 and m.organisation_id = $1 and m.agent_id = $4`,
    [id, `${name} customer`, ownContract, agentId],
  );
  return business!;
}

/** The meter as somebody would make it who knows all of it but its key. */
async function strangerOf(meter: LiveMeter): Promise<LiveMeter> {
  const privateKey = keyOf(await makeKey());
  return { ...meter, signer: { privateKey, kid: await thumbprint(privateKey) } };
}

/** The references of a meter's March reports, once they are there. */
async function refsOf(agentId: string, bearer: string): Promise<readonly string[]> {
  if (!operations.some(({ path }) => path === '/usage/api/v1/reports')) return [];
  const listed = await until(
    () => house.call('GET', `/usage/api/v1/reports/2023/3/${agentId}`, { bearer }),
    ({ json }) => json.length > 0,
  );
  return listed.json.map(({ ref }: { ref: string }) => ref);
}

/** Everything by which the victim could be known. */
function marksOf(estate: Estate, organisation: Organisation): readonly string[] {
  return [
    organisation.id,
    organisation.name,
    estate.own.agentId,
    estate.own.registration,
    estate.shared.registration,
    estate.own.product,
    estate.upload.uploadId,
    estate.personId,
    estate.tokenId,
    estate.notificationId,
    ...estate.refs,
  ];
}

/** An answer without what differs from one request to the next, and without the names that the caller sent itself. */
function withoutNames({ status, headers, text }: Answer, sent: readonly string[]): object {
  const plain = (value: string) =>
    sent.reduce((left, name) => left.replaceAll(name, '…'), value).replaceAll(/[0-9a-f-]{36}/g, '…');
  // Whether the connection is kept depends on how much of the body had come when the answer went out.
  const varying = ['date', 'x-request-id', 'content-length', 'connection', 'keep-alive'];
  const kept = [...headers].filter(([name]) => !varying.includes(name));
  return {
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, plain(value)])),
    body: plain(text),
  };
}

/** The rows of an organisation in every table that has any, as one text each. */
async function recordsOf(organisation: Organisation): Promise<Record<string, string>> {
  const columns = await house.database.query<{ table_name: string; names: string[] }>(
    `select c.table_name, array_agg(c.column_name::text) as names from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' group by 1 order by 1`,
  );
  const records: Record<string, string> = {};
  for (const { table_name: table, names } of columns) {
    const where = names.includes('organisation_id')
      ? 'organisation_id = $1'
      : names.includes('meter_id')
        ? 'meter_id in (select id from meters where organisation_id = $1)'
        : names.includes('contract_id')
          ? 'contract_id in (select id from contracts where organisation_id = $1)'
          : undefined;
    if (where === undefined) continue;
    const rows = await house.database.query<{ row: string }>(
      `select t::text as row from ${table} t where ${where} order by 1`,
      [organisation.id],
    );
    records[table] = rows.map(({ row }) => row).join('\n');
  }
  return records;
}

const callAs = (operation: Operation, { path, ...request }: Attempt, bearer: string | undefined) =>
  house.call(operation.method, path, { ...request, bearer });

test('every operation of the OpenAPI document has a case here', () => {
  assert.deepEqual(
    operations.map(({ name }) => name).filter((name) => reaches[name] === undefined),
    [],
  );
});

test("what is another organisation's is answered as what is nobody's, and nothing of it changes", async () => {
  const before = await recordsOf(house.b);
  assert.ok(before.meters?.includes('Borealis own') && before.slices !== '' && before.sites !== '');
  const { file: strangersFile } = await packageOf(house.database, await strangerOf(b.shared));
  const parties = {
    house,
    attacker: a,
    victim: b,
    victimContract: house.b.ownContract,
    strangersFile,
  };
  let tried = 0;
  for (const operation of operations) {
    for (const { at, nowhere, as } of await reaches[operation.name]!(parties)) {
      const bearer = { administrator: house.a.access.administrator, meter: meterOfA, nobody: undefined }[as];
      const names = [b.own.agentId, unknownAgent, ...b.refs, ...b.refs.map((ref) => 'A'.repeat(ref.length))];
      const there = withoutNames(await callAs(operation, at, bearer), names);
      const nothing = withoutNames(await callAs(operation, nowhere, bearer), names);
      assert.deepEqual(there, nothing, `${operation.name} ${at.path} as ${as}`);
      if (operation.method === 'GET') {
        const [head, none] = await Promise.all(
          [at, nowhere].map(({ path }) => house.call('HEAD', path, { bearer })),
        );
        assert.deepEqual(withoutNames(head!, names), withoutNames(none!, names), `HEAD ${at.path}`);
      }
      tried += 1;
    }
  }
  assert.ok(tried >= 20, `${tried} attempts`);
  assert.deepEqual(await recordsOf(house.b), before);
});

test("no answer to one organisation holds anything of the other's, also at the UUID that both have", async () => {
  const marks = marksOf(b, house.b);
  const shared = ['{agentId}', sharedAgent] as const;
  const paths = operations
    .filter(({ method, least }) => method === 'GET' && least !== undefined && least !== 'operator')
    .map(({ path }) =>
      path
        .replace(...shared)
        .replace('{number}', '1012345')
        .replace('{siteId}', b.siteId)
        .replace('{customerId}', b.customerId)
        .replace('{ruleId}', b.ruleId)
        .replace('months/{month}', 'months/2023-03')
        .replace('{year}', '2023')
        .replace('{month}', '3')
        .replace('{uploadId}', b.upload.uploadId),
    );
  assert.ok(paths.length >= 6);
  for (const path of paths)
    for (const bearer of [house.a.access.administrator, await meterAccess(house, a.shared)]) {
      const answer = await house.call('GET', path, { bearer });
      // What the caller sent may come back in a message.
      for (const mark of marks)
        assert.ok(
          !answer.text.includes(mark) || path.includes(mark),
          `${path} tells ${mark}: ${answer.text}`,
        );
    }
  const own = await house.call('GET', `/api/v1/meters/${sharedAgent}`, { bearer: house.a.access.reader });
  assert.equal(own.json.label, 'Acme shared');
  const list = await house.call('GET', '/api/v1/meters', { bearer: house.b.access.reader });
  const labels = list.json.items.map(({ label }: { label: string }) => label).sort();
  assert.deepEqual(labels, ['Borealis own', 'Borealis shared']);
});

test('a vCenter that both organisations meter overlaps in neither', async () => {
  for (const { access } of [house.a, house.b]) {
    const path = `/usage/api/v1/agents/${sharedAgent}/coverage/2023/3`;
    const { json } = await house.call('GET', path, { bearer: access.reporter });
    const states = json.products[0].hours.map(({ state }: { state: string }) => state);
    assert.ok(states.includes('collected') && !states.includes('overlapping'), states.join());
  }
});

test('deleting a meter leaves the one with the same UUID in the other organisation alone', async () => {
  const { administrator } = house.a.access;
  const path = `/api/v1/meters/${sharedAgent}`;
  const before = await recordsOf(house.b);
  const { sequence } = (await house.call('GET', path, { bearer: administrator })).json;
  const deleted = await house.call('DELETE', `${path}?sequence=${sequence}`, { bearer: administrator });
  assert.equal(deleted.status, 200);
  assert.deepEqual(await recordsOf(house.b), before);
  const there = await house.call('GET', path, { bearer: house.b.access.reader });
  assert.equal(there.json.deletedAt, undefined);
  const back = await house.call('POST', `${path}/undelete`, {
    bearer: administrator,
    body: { sequence: deleted.json.sequence },
  });
  assert.equal(back.status, 200);
});

/** The guarded operations at the attacker's own things, as far as authorisation looks. */
const guarded = () =>
  operations
    .filter(({ open }) => !open)
    .map((operation) => ({ operation, path: filled(operation.path, a.own.agentId) }));

function filled(path: string, agentId: string): string {
  return path
    .replace('{agentId}', agentId)
    .replace('{kid}', 'A'.repeat(43))
    .replace('months/{month}', 'months/2023-03')
    .replace('{uploadId}', randomUUID())
    .replace('{rebuildId}', randomUUID())
    .replace('{year}', '2023')
    .replace('{month}', '3');
}

test('without an access token in force every guarded operation answers 401, and all bad tokens alike', async () => {
  const { a: organisation } = house;
  const good = organisation.access.administrator;
  const [head, payload, signature] = good.split('.') as [string, string, string];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString());
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const exchanged = await house.call('POST', '/csp/gateway/am/api/auth/api-tokens/authorize', {
    body: new URLSearchParams({ refresh_token: organisation.apiTokens.administrator }),
  });
  house.ahead = -3_600_000;
  const expired = await house.exchange(organisation.apiTokens.administrator);
  house.ahead = 0;
  const stranger = await generateKeyPair(header.alg, { extractable: true });
  const sign = (more: object) =>
    new SignJWT(claims).setProtectedHeader({ ...header, ...more }).sign(stranger.privateKey);
  const published = (await house.call('GET', '/.well-known/jwks.json')).json.keys[0];
  const bad = {
    nonsense: 'nonsense',
    'an id token': exchanged.json.id_token,
    'an API token': organisation.apiTokens.administrator,
    'one for another organisation': `${head}.${part({ ...claims, organisation: house.b.id })}.${signature}`,
    'one with a higher role': `${head}.${part({ ...claims, role: 'operator' })}.${signature}`,
    'one that lives for ever': `${head}.${part({ ...claims, exp: 9_999_999_999 })}.${signature}`,
    'alg none': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    'alg none with our kid and its signature': `${part({ ...header, alg: 'none' })}.${payload}.${signature}`,
    'HS256 with the public key as its secret': await new SignJWT(claims)
      .setProtectedHeader({ ...header, alg: 'HS256' })
      .sign(Buffer.from(JSON.stringify(published))),
    "a stranger's signature under our kid": await sign({}),
    "a stranger's key inside": await sign({ jwk: await exportJWK(stranger.publicKey), kid: undefined }),
    'no signature': `${head}.${payload}.`,
    'a signature of zeros': `${head}.${payload}.${'A'.repeat(signature.length)}`,
    'two tokens': `${good} ${good}`,
    'one with a critical extension': `${part({ ...header, crit: ['x'], x: 1 })}.${payload}.${signature}`,
  };
  const before = await recordsOf(house.a);
  for (const { operation, path } of guarded()) {
    const told = new Map<string, string>();
    for (const [name, bearer] of Object.entries({ nothing: undefined, expired, ...bad })) {
      const answer = await house.call(operation.method, path, { bearer });
      assert.equal(answer.status, 401, `${operation.name} with ${name}: ${answer.text}`);
      isProblem(operation.path, answer, operation.name);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm="meterhouse"/);
      told.set(name, answer.json.detail);
    }
    // What kind of bad it is helps only the one who makes it; that it has expired helps its owner.
    const { nothing, expired: late, ...others } = Object.fromEntries(told);
    const twoTokens = others['two tokens'];
    delete others['two tokens'];
    assert.equal(new Set(Object.values(others)).size, 1, JSON.stringify(others));
    assert.equal(twoTokens, nothing);
    assert.match(late!, /expired/);
    const cookie = await house.call(operation.method, path, {
      headers: { cookie: `csp-auth-token=${good}` },
    });
    assert.equal(cookie.status, 401, `${operation.name} by a cookie`);
    for (const each of [bad['alg none'], bad['an id token'], expired]) {
      const other = await house.call(operation.method, path, { headers: { 'csp-auth-token': each } });
      assert.equal(other.status, 401, `${operation.name} by csp-auth-token`);
    }
  }
  assert.deepEqual(await recordsOf(house.a), before);
});

test('a role that does not reach is refused before it learns whether anything is there', async () => {
  const order = ['reader', 'reporter', 'administrator', 'operator'];
  const before = await recordsOf(house.a);
  let refused = 0;
  for (const operation of operations.filter(({ open }) => !open)) {
    const least = order.indexOf(operation.least!);
    assert.ok(least >= 0, `${operation.name} does not say who may call it`);
    for (const role of roles.filter((one) => order.indexOf(one) < least)) {
      const answers: object[] = [];
      for (const agentId of [a.own.agentId, b.own.agentId, unknownAgent, 'nonsense']) {
        const bearer = house.a.access[role];
        const answer = await house.call(operation.method, filled(operation.path, agentId), { bearer });
        assert.equal(answer.status, 403, `${operation.name} as ${role}: ${answer.text}`);
        isProblem(operation.path, answer, operation.name);
        answers.push(withoutNames(answer, [a.own.agentId, b.own.agentId, unknownAgent]));
      }
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      refused += 1;
    }
  }
  assert.ok(refused >= 8);
  assert.deepEqual(await recordsOf(house.a), before);
});

test("a meter's token reaches its own uploads and nothing else, not even in its own organisation", async () => {
  const before = await recordsOf(house.a);
  for (const operation of operations.filter(({ open }) => !open)) {
    const elsewhere = [a.shared.agentId, b.own.agentId, unknownAgent];
    const agentIds = operation.forMeters ? elsewhere : [a.own.agentId, ...elsewhere];
    const answers: object[] = [];
    for (const agentId of agentIds) {
      const answer = await house.call(operation.method, filled(operation.path, agentId), {
        bearer: meterOfA,
      });
      assert.equal(answer.status, 403, `${operation.name} at ${agentId}: ${answer.text}`);
      answers.push(withoutNames(answer, agentIds));
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  }
  const own = await house.call('GET', `/usage/api/v1/agents/${a.own.agentId}/uploads`, { bearer: meterOfA });
  assert.equal(own.status, 200);
  assert.deepEqual(await recordsOf(house.a), before);
});

test("the operators' own token sees no organisation's things as if they were its own", async () => {
  const bearer = await house.exchange(house.operatorToken);
  for (const operation of operations.filter(
    ({ path }) => path.includes('{agentId}') && !path.endsWith('/activate'),
  )) {
    const answers: object[] = [];
    for (const agentId of [b.own.agentId, unknownAgent]) {
      const path = filled(operation.path, agentId) + (operation.method === 'DELETE' ? '?sequence=1' : '');
      const request: Omit<Attempt, 'path'> = path.endsWith('undelete')
        ? { body: { sequence: 1 } }
        : path.endsWith('/uploads') && operation.method === 'POST'
          ? { headers: { 'content-type': 'application/gzip' }, body: new Uint8Array(b.upload.file) }
          : path.endsWith('/compromise')
            ? { body: { reason: 'x' } }
            : operation.method === 'PATCH'
              ? { body: { sequence: 1 } }
              : {};
      const answer = await house.call(operation.method, path, { ...request, bearer });
      assert.equal(answer.status, 404, `${operation.name}: ${answer.text}`);
      answers.push(withoutNames(answer, [b.own.agentId, unknownAgent]));
    }
    assert.deepEqual(answers[0], answers[1]);
  }
});

test('a UUID that another organisation has is as free as any other', async () => {
  const before = await recordsOf(house.b);
  const register = (agentId: string) =>
    house.call('POST', '/usage/api/v1/agent-registrations', {
      bearer: house.a.access.reporter,
      body: { agentId, label: 'mine', contractNumber: '1012345' },
    });
  // At the end of this file both are known to the attacker, so nothing after this test asks for them as unknown ones.
  const [there, nothing] = [await register(b.own.agentId), await register(unknownAgent)];
  assert.equal(there.status, 202);
  const names = [b.own.agentId, unknownAgent];
  assert.deepEqual(withoutNames(there, names), withoutNames(nothing, names));
  assert.deepEqual(await recordsOf(house.b), before);
});

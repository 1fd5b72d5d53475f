import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { type Answer, type House, openHouse } from './house.ts';
import { type LiveMeter, makeLiveMeter, meterAccess } from './meter.ts';
import { readOperations } from './openapi.ts';
import { talk } from './raw.ts';

/** Callers who are let in and want more: a higher role, another's answers, another's lists, a line in the log. */
let house: House;
let operator: string;
let meter: LiveMeter;

before(async () => {
  house = await openHouse();
  operator = await house.exchange(house.operatorToken);
  meter = await makeLiveMeter(house, house.a);
});
after(() => house?.close());
beforeEach(() => {
  house.lines.length = 0;
});

const make = (path: string, bearer: string, body: object, headers: Record<string, string> = {}) =>
  house.call('POST', `/api/v1/${path}`, { bearer, body, headers });

const ladder = ['reader', 'reporter', 'administrator', 'operator'] as const;
type Rung = (typeof ladder)[number];

/** A person of the organisation with an API token, both of this role. */
async function personOf(organisationId: string, role: Rung) {
  const [row] = await house.database.query<{ person: string }>(
    `with made as (insert into people (email) values (gen_random_uuid() || '@acme.example') returning id)
     insert into memberships (person_id, organisation_id, role) select id, $1, $2 from made
     returning person_id as person`,
    [organisationId, role],
  );
  const value = randomUUID() + randomUUID();
  const [token] = await house.database.query<{ id: string }>(
    `insert into api_tokens (organisation_id, name, role, person_id, secret_hash, last_four)
     values ($1, 'made', $2, $3, sha256($4::text::bytea), 'made') returning id`,
    [organisationId, role, row!.person, value],
  );
  return { personId: row!.person, tokenId: token!.id, value, access: await house.exchange(value) };
}

async function operatorsId(): Promise<string> {
  const [row] = await house.database.query<{ id: string }>('select id from organisations where is_operator');
  return row!.id;
}

/** Who may do what in the organisation now, by the tables that decide it. */
const powers = async () => ({
  tokens: await house.database.query('select id, role, sequence, revoked_at from api_tokens order by id'),
  members: await house.database.query('select * from memberships order by person_id, organisation_id'),
});

test('nobody gives, takes or renews a role above their own, by no way that there is, and nothing has changed', async () => {
  for (const organisationId of [house.a.id, await operatorsId()]) {
    const rungs = organisationId === house.a.id ? ladder.slice(0, 3) : ladder;
    const people = new Map<Rung, Awaited<ReturnType<typeof personOf>>>();
    for (const role of rungs) people.set(role, await personOf(organisationId, role));
    const before = await powers();
    for (const [own, { access }] of people)
      for (const wanted of ladder.slice(ladder.indexOf(own) + 1)) {
        const victim = people.get(wanted);
        const email = `${randomUUID()}@acme.example`;
        const self = `/api/v1/people/${people.get(own)!.personId}`;
        const tries: [string, string, object?][] = [
          ['POST', '/api/v1/people', { email, role: wanted }],
          ['POST', '/api/v1/api-tokens', { name: 'x', role: wanted }],
          ['PATCH', self, { sequence: 1, role: wanted }],
        ];
        if (victim !== undefined)
          tries.push(
            ['POST', `/api/v1/api-tokens/${victim.tokenId}/rotate`, { sequence: 1, graceSeconds: 0 }],
            ['PATCH', `/api/v1/api-tokens/${victim.tokenId}`, { sequence: 1, name: 'mine' }],
            ['DELETE', `/api/v1/api-tokens/${victim.tokenId}?sequence=1`],
            ['PATCH', `/api/v1/people/${victim.personId}`, { sequence: 1, role: own }],
            ['DELETE', `/api/v1/people/${victim.personId}?sequence=1`],
          );
        for (const [method, path, body] of tries) {
          const answer = await house.call(method, path, { bearer: access, ...(body && { body }) });
          assert.equal(answer.status, 403, `${own} wants ${wanted} by ${method} ${path}: ${answer.text}`);
        }
      }
    assert.deepEqual(await powers(), before);
  }
});

test('an access token gives no role that its person has lost since, and none that they are left with by detours', async () => {
  const acme = house.a.id;
  const ann = await personOf(acme, 'administrator');
  const made = await make('api-tokens', ann.access, { name: 'spare', role: 'administrator' });
  assert.equal(made.status, 201, made.text);
  const person = `/api/v1/people/${ann.personId}`;
  const lower = await house.call('PATCH', person, {
    bearer: house.a.access.administrator,
    body: { sequence: 1, role: 'reader' },
  });
  assert.equal(lower.status, 200, lower.text);
  const email = `${randomUUID()}@acme.example`;
  for (const [path, body] of [
    ['people', { email, role: 'reader' }],
    ['api-tokens', { name: 'x', role: 'reader' }],
    [`api-tokens/${made.json.id}/rotate`, { sequence: 1, graceSeconds: 60 }],
    [`api-tokens/${ann.tokenId}/rotate`, { sequence: 1, graceSeconds: 60 }],
  ] as const)
    assert.equal((await make(path, ann.access, body)).status, 403, path);
  // What the token says is no more than what its owner is.
  for (const value of [made.json.value, ann.value]) {
    const access = await house.exchange(value);
    const { json } = await house.call('GET', '/api/v1/whoami', { bearer: access });
    assert.equal(json.role, 'reader');
    assert.equal((await make('people', access, { email, role: 'reader' })).status, 403);
  }
});

test("an Idempotency-Key brings back the caller's own answer and nobody else's", async () => {
  const key = { 'idempotency-key': 'guessed' };
  const body = { number: 'IDEM-1', family: 'RENTAL', currency: 'USD', ruleSet: 'plain' };
  const first = await make('contracts', house.a.access.administrator, body, key);
  assert.equal(first.status, 201, first.text);
  const again = await make('contracts', house.a.access.administrator, body, key);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  const colleague = await personOf(house.a.id, 'administrator');
  const others: [string, Promise<Answer>][] = [
    ['a colleague', make('contracts', colleague.access, body, key)],
    ['another organisation', make('contracts', house.b.access.administrator, body, key)],
    [
      'an operator in the organisation',
      make('contracts', operator, body, { ...key, 'meterhouse-organisation': house.a.id }),
    ],
    ['a lower role', make('contracts', house.a.access.reader, body, key)],
    ['the meter', make('contracts', await meterAccess(house, meter), body, key)],
    ['nobody', house.call('POST', '/api/v1/contracts', { body, headers: key })],
  ];
  for (const [who, answering] of others) {
    const { headers, text, status } = await answering;
    assert.equal(headers.get('idempotency-replayed'), null, who);
    assert.notEqual(text, first.text, who);
    assert.ok(status !== 201 || who === 'another organisation', `${who}: ${status}`);
  }
  // The kept answer is behind the door, not beside it.
  const leaver = await personOf(house.a.id, 'administrator');
  const mine = { 'idempotency-key': 'mine' };
  const added = { ...body, number: 'IDEM-2' };
  assert.equal((await make('contracts', leaver.access, added, mine)).status, 201);
  await house.database.query('update api_tokens set revoked_at = now() where id = $1', [leaver.tokenId]);
  assert.equal((await make('contracts', leaver.access, added, mine)).status, 401);
});

test("a cursor opens no other list than its own, and no other organisation's", async () => {
  const lists = (await readOperations(house)).filter(
    ({ method, path, query, least }) =>
      method === 'GET' && query.includes('cursor') && !path.includes('{') && least !== 'operator',
  );
  for (const { number } of [{ number: 'CURSOR-1' }, { number: 'CURSOR-2' }])
    for (const { access } of [house.a, house.b])
      await make('contracts', access.administrator, {
        number,
        family: 'RENTAL',
        currency: 'USD',
        ruleSet: 'plain',
      });
  for (const { access } of [house.a, house.b])
    for (const name of ['one', 'two']) await make('customers', access.administrator, { name });
  const ask = (path: string, cursor: string, bearer: string) =>
    house.call('GET', `${path}?limit=1&cursor=${encodeURIComponent(cursor)}`, { bearer });
  const cursors: { path: string; cursor: string }[] = [];
  for (const { path } of lists) {
    const { json } = await house.call('GET', `${path}?limit=1`, { bearer: house.a.access.administrator });
    if (json.nextCursor !== undefined) cursors.push({ path, cursor: json.nextCursor });
  }
  assert.ok(cursors.length >= 4, cursors.map(({ path }) => path).join());
  for (const { path, cursor } of cursors) {
    const all = await house.call('GET', path, { bearer: house.b.access.administrator });
    const theirs = await ask(path, cursor, house.b.access.administrator);
    assert.ok([200, 400].includes(theirs.status), theirs.text);
    const known = new Set(all.json.items.map((item: object) => JSON.stringify(item)));
    for (const item of theirs.json.items ?? []) assert.ok(known.has(JSON.stringify(item)), path);
    for (const other of cursors.filter((one) => one.path !== path)) {
      const { status, text } = await ask(other.path, cursor, house.a.access.administrator);
      assert.ok([200, 400].includes(status), `${other.path} by the cursor of ${path}: ${text}`);
    }
    for (let at = 0; at < cursor.length; at += 1) {
      const bent = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
      const { status, text } = await ask(path, bent, house.a.access.administrator);
      assert.ok([200, 400].includes(status), `${path} ${bent}: ${status} ${text}`);
    }
  }
});

test('the header Meterhouse-Organisation tells nobody but operators which organisations there are', async () => {
  const callers = [
    house.a.access.administrator,
    house.a.access.reader,
    await meterAccess(house, meter),
  ] as const;
  const others = [
    house.b.id,
    house.b.id.toUpperCase(),
    house.b.name,
    await operatorsId(),
    randomUUID(),
    'No such cloud',
    `${house.a.name} `.padEnd(300, 'x'),
    "' or true --",
    '%',
    'null',
    '*',
  ];
  const path = `/usage/api/v1/agents/${meter.agentId}/uploads`;
  for (const bearer of callers) {
    const told = new Set<string>();
    for (const organisation of others) {
      const headers = { 'meterhouse-organisation': organisation };
      const { status, json } = await house.call('GET', path, { bearer, headers });
      told.add(JSON.stringify([status, json.code, json.detail, json.title]));
    }
    assert.equal(told.size, 1, [...told].join());
    assert.match([...told][0]!, /^\[403,/);
    for (const own of [house.a.id, house.a.id.toUpperCase(), house.a.name]) {
      const { status } = await house.call('GET', path, {
        bearer,
        headers: { 'meterhouse-organisation': own },
      });
      assert.equal(status, 200, own);
    }
  }
});

test('no header that is read forges a line of the log or of an answer', async () => {
  const read = [
    'Authorization',
    'Csp-Auth-Token',
    'Meterhouse-Organisation',
    'Idempotency-Key',
    'X-Request-Id',
    'Accept',
    'Content-Type',
    'If-None-Match',
    'Range',
    'User-Agent',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'Forwarded',
    'Traceparent',
    'Cookie',
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Expect',
  ];
  const forged = 'Set-Cookie: forged=1';
  const values = [
    `x\r\n ${forged}`,
    `x\n${forged}`,
    `x\r${forged}`,
    'x\x1b[2J\x1b[31m',
    'x\x00y',
    'x\x7fy',
    'x\u0085\u009b31m',
    '","level":"fatal","x":"',
    '{"level":"fatal"}',
    '%0d%0aSet-Cookie:%20forged=1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an attacker sends it
    '${jndi:ldap://x}',
    `${'A'.repeat(7000)}`,
  ];
  const good = `Authorization: Bearer ${house.a.access.administrator}\r\n`;
  for (const name of read)
    for (const [index, value] of values.entries()) {
      const rest = `${name === 'Host' ? '' : 'Host: x\r\n'}${name === 'Authorization' ? '' : good}`;
      const body = '{"name":5}';
      const lengths = ['Content-Length', 'Transfer-Encoding'].includes(name)
        ? ''
        : `Content-Length: ${body.length}\r\n`;
      const type = name === 'Content-Type' ? '' : 'Content-Type: application/json\r\n';
      const head = `POST /api/v1/customers HTTP/1.1\r\n${rest}${type}${lengths}${name}: ${value}\r\nConnection: close\r\n\r\n`;
      const heard = await talk(house.url, Buffer.from(head + body, 'latin1'));
      const told = `${name} with value ${index}: ${heard.slice(0, 300)}`;
      assert.match(heard, /^HTTP\/1\.1 4\d\d /, told);
      assert.equal(heard.split('HTTP/1.1 ').length, 2, told);
      assert.ok(!/^set-cookie/im.test(heard), told);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come back
      assert.doesNotMatch(heard, /[\x00\x1b\x7f\x9b]/, told);
    }
  assert.ok(house.lines.length > 0);
  for (const line of house.lines) {
    assert.equal(line.indexOf('\n'), line.length - 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal that shows the log would obey them
    assert.doesNotMatch(line.slice(0, -1), /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
    assert.ok(!['fatal', 'error'].includes(JSON.parse(line).level), line);
  }
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { RULE_SET_NAMES } from '@meterhouse/contract';
import { SHIPPED_RULE_SETS } from '@meterhouse/metering';
import { type House, registered, withHouse } from '../registry/testing.ts';

const path = '/api/v1/contracts';
const contract = { number: '3000001', family: 'RENTAL', currency: 'USD', ruleSet: 'flex' };

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const call = (house: House, access: string, method: Method, url: string, payload?: object, headers = {}) =>
  house.call(access, { method, url, headers, ...(payload === undefined ? {} : { payload }) });
const pointers = (answer: { json(): { errors: { pointer: string }[] } }) =>
  answer
    .json()
    .errors.map(({ pointer }) => pointer)
    .sort();

test('the names of rule sets in the contract are those of the sets that are shipped', () => {
  assert.deepEqual([...RULE_SET_NAMES].sort(), Object.keys(SHIPPED_RULE_SETS).sort());
});

describe('contracts', () => {
  it('are made, read, changed and deleted, each change counted and recorded', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const made = await call(house, acme.administrator, 'POST', path, contract);
      assert.equal(made.statusCode, 201, made.body);
      assert.equal(made.headers.location, `${path}/3000001`);
      const now = house.now.toISOString();
      const item = {
        ...contract,
        minimumCommit: { quantity: '0', unit: 'points' },
        sequence: 1,
        createdAt: now,
        modifiedAt: now,
      };
      assert.deepEqual(made.json(), item);
      assert.deepEqual((await call(house, acme.reader, 'GET', `${path}/3000001`)).json(), item);

      await house.moveTo('2023-01-16T00:00:00Z');
      const commit = { quantity: '360.50', unit: 'points' };
      const change = { sequence: 1, minimumCommit: commit };
      const changed = await call(house, acme.administrator, 'PATCH', `${path}/3000001`, change);
      assert.deepEqual(changed.json(), {
        ...item,
        minimumCommit: { quantity: '360.5', unit: 'points' },
        sequence: 2,
        modifiedAt: '2023-01-16T00:00:00.000Z',
      });
      const same = await call(house, acme.administrator, 'PATCH', `${path}/3000001`, {
        sequence: 2,
        family: 'RENTAL',
      });
      assert.equal(same.json().sequence, 2, 'what is so already is no change');

      const stale = await call(house, acme.administrator, 'DELETE', `${path}/3000001?sequence=1`);
      assert.equal(stale.statusCode, 412);
      assert.equal(stale.json().sequence, 2);
      const gone = await call(house, acme.administrator, 'DELETE', `${path}/3000001?sequence=2`);
      assert.equal(gone.statusCode, 204, gone.body);
      assert.equal((await call(house, acme.reader, 'GET', `${path}/3000001`)).statusCode, 404);
      const actions = (await house.actions()).filter((action) => action.startsWith('contract'));
      assert.deepEqual(actions, ['contract-made', 'contract-changed', 'contract-deleted']);
    }));

  it('come in pages, filtered and sorted', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await call(house, acme.administrator, 'POST', path, { ...contract, ruleSet: 'cores' });
      const numbers = async (query: string) => {
        const answer = await call(house, acme.reader, 'GET', `${path}?${query}`);
        assert.equal(answer.statusCode, 200, answer.body);
        return answer.json().items.map(({ number }: { number: string }) => number);
      };
      assert.deepEqual(await numbers(''), ['1012345', '2000001', '3000001']);
      assert.deepEqual(await numbers('sort=-number&limit=2'), ['3000001', '2000001']);
      assert.deepEqual(await numbers('filter=ruleSet==cores,number==1*'), ['1012345', '3000001']);
      assert.equal((await call(house, acme.reader, 'GET', `${path}?filter=price==1`)).statusCode, 400);
    }));

  it('are refused with every fault at once, and with fields that nobody may set', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const bad = {
        number: 'a b',
        family: '\t',
        currency: 'usd',
        minimumCommit: { quantity: 5, unit: '' },
        ruleSet: 'none',
        sequence: 7,
        organisationId: randomUUID(),
      };
      const answer = await call(house, administrator, 'POST', path, bad);
      assert.equal(answer.statusCode, 400);
      assert.deepEqual(pointers(answer), [
        '/currency',
        '/family',
        '/minimumCommit/quantity',
        '/minimumCommit/unit',
        '/number',
        '/organisationId',
        '/ruleSet',
        '/sequence',
      ]);
      const renamed = await call(house, administrator, 'PATCH', `${path}/1012345`, {
        sequence: 1,
        number: 'x',
      });
      assert.deepEqual(pointers(renamed), ['/number']);
      const taken = await call(house, administrator, 'POST', path, { ...contract, number: '1012345' });
      assert.equal(taken.json().code, 'already-exists');
    }));

  it('of another organisation are as unknown as none', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await call(house, acme.administrator, 'POST', path, contract);
      for (const number of ['3000001', '9999999'])
        for (const [method, query, body] of [
          ['GET', '', undefined],
          ['PATCH', '', { sequence: 1, family: 'x' }],
          ['DELETE', '?sequence=1', undefined],
          ['GET', '/sites', undefined],
          ['POST', '/sites', { name: 'x' }],
        ] as const) {
          const url = `${path}/${number}${query.startsWith('/') ? query : query}`;
          const answer = await call(house, other.administrator, method, url, body);
          assert.equal(answer.statusCode, 404, `${method} ${url}`);
          assert.equal(answer.json().detail, 'Your organisation has no contract of this number.');
        }
    }));

  it('are changed by administrators alone', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (const [method, url, body] of [
        ['POST', path, contract],
        ['PATCH', `${path}/1012345`, { sequence: 1 }],
        ['DELETE', `${path}/1012345?sequence=1`, undefined],
        ['POST', `${path}/1012345/sites`, { name: 'x' }],
      ] as const)
        assert.equal(
          (await call(house, acme.reporter, method, url, body)).statusCode,
          403,
          `${method} ${url}`,
        );
    }));

  it('are made once for an Idempotency-Key', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const key = { 'idempotency-key': 'one' };
      const first = await call(house, administrator, 'POST', path, contract, key);
      const again = await call(house, administrator, 'POST', path, contract, key);
      assert.deepEqual([first.statusCode, again.statusCode], [201, 201]);
      assert.equal(again.body, first.body);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      const other = await call(house, administrator, 'POST', path, { ...contract, number: 'x' }, key);
      assert.equal(other.json().code, 'idempotency-key-reused');
    }));

  it('that something refers to are not deleted, and what does is named', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const refused = await call(house, acme.administrator, 'DELETE', `${path}/1012345?sequence=1`);
      assert.equal(refused.statusCode, 409);
      assert.equal(refused.json().code, 'in-use');
      assert.deepEqual(refused.json().references, { meters: [agentId], sites: ['Site A', 'Site B'] });
      const sites = (await call(house, acme.reader, 'GET', `${path}/1012345/sites`)).json().items;
      const remove = ({ id }: { id: string }) =>
        call(house, acme.administrator, 'DELETE', `${path}/1012345/sites/${id}?sequence=1`);
      assert.deepEqual((await remove(sites[0])).json().references, { meters: [agentId] });
      assert.equal((await remove(sites[1])).statusCode, 204);
      assert.equal((await remove(sites[1])).statusCode, 404);
    }));
});

describe('another rule set of a contract', () => {
  /** A meter of contract 1012345 with reports of these months, the first of which is closed. */
  async function metered(house: House, organisationId: string, agentId: string, months: string[]) {
    const [meter] = await house.database.query<{ id: string }>('select id from meters where agent_id = $1', [
      agentId,
    ]);
    for (const [index, month] of months.entries()) {
      await house.database.query('insert into months (organisation_id, month, state) values ($1, $2, $3)', [
        organisationId,
        `${month}-01`,
        index === 0 ? 'closed' : 'open',
      ]);
      await house.database.query(
        'insert into report_renewals (meter_id, month, due_at) values ($1, $2, now())',
        [meter!.id, `${month}-01`],
      );
    }
    return meter!.id;
  }

  it('has the reports of its open months made anew, and of no other meter or month', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      await registered(house, acme, { contractNumber: '2000001' });
      const id = await metered(house, acme.id, agentId, ['2022-11', '2022-12', '2023-01']);
      const change = (body: object) => call(house, acme.administrator, 'PATCH', `${path}/1012345`, body);
      await change({ sequence: 1, currency: 'EUR' });
      assert.deepEqual(house.renewed, [], 'the currency stands in no report');
      assert.equal((await change({ sequence: 2, ruleSet: 'cores' })).statusCode, 200);
      assert.deepEqual(house.renewed, [`${id} 2022-12`, `${id} 2023-01`]);
    }));

  it('does not reach months before the meter came under it; the name of a site does the like', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '2000001', siteName: 'Site A' });
      const id = await metered(house, acme.id, agentId, ['2022-11', '2022-12', '2023-01']);
      const moved = await call(house, acme.reporter, 'PATCH', `/api/v1/meters/${agentId}`, {
        sequence: 1,
        contractNumber: '1012345',
        siteName: 'Site B',
      });
      // November is closed and not submitted; what is billed under the old contract stays there.
      assert.equal(moved.json().code, 'contract-in-use');
      await house.database.query("update months set state = 'open'");
      const again = await call(house, acme.reporter, 'PATCH', `/api/v1/meters/${agentId}`, {
        sequence: 1,
        contractNumber: '1012345',
        siteName: 'Site B',
      });
      assert.equal(again.statusCode, 200, again.body);
      const sites = (await call(house, acme.reader, 'GET', `${path}/1012345/sites?sort=-name`)).json().items;
      const rename = (site: { id: string }, name: string) =>
        call(house, acme.administrator, 'PATCH', `${path}/1012345/sites/${site.id}`, { sequence: 1, name });
      assert.equal((await rename(sites[1], 'Site Z')).statusCode, 200);
      assert.deepEqual(house.renewed, [], 'no meter stands at that one');
      assert.equal((await rename(sites[0], 'Site Z')).json().code, 'already-exists');
      assert.equal((await rename(sites[0], 'Site Y')).json().name, 'Site Y');
      assert.deepEqual(house.renewed, [`${id} 2023-01`]);
    }));
});

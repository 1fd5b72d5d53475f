import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { registered, withHouse } from '../../registry/testing.ts';
import { ask, codeOf, operators, pointers } from './testing.ts';

describe('organisations', () => {
  it('are made, shown, changed and deleted by an operator, each change audited', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const made = await call('POST', '/organisations', { name: 'Acme Cloud', partnerId: 'P-1' });
      assert.equal(made.statusCode, 201, made.body);
      const { id, ...item } = made.json();
      assert.deepEqual(item, {
        name: 'Acme Cloud',
        partnerId: 'P-1',
        operators: false,
        sequence: 1,
        createdAt: house.now.toISOString(),
        modifiedAt: house.now.toISOString(),
      });
      assert.equal(made.headers.location, `/api/v1/organisations/${id}`);
      assert.deepEqual((await call('GET', `/organisations/${id}`)).json(), made.json());

      const changed = await call('PATCH', `/organisations/${id}`, {
        sequence: 1,
        name: 'Acme',
        partnerId: null,
      });
      assert.equal(changed.json().name, 'Acme');
      assert.equal(changed.json().sequence, 2);
      assert.ok(!('partnerId' in changed.json()));
      const stale = await call('PATCH', `/organisations/${id}`, { sequence: 1, name: 'Other' });
      assert.equal(codeOf(stale), '412 sequence-conflict');
      assert.equal(stale.json().sequence, 2);

      assert.equal((await call('DELETE', `/organisations/${id}?sequence=1`)).statusCode, 412);
      assert.equal((await call('DELETE', `/organisations/${id}?sequence=2`)).statusCode, 204);
      assert.equal(codeOf(await call('GET', `/organisations/${id}`)), '404 not-found');
      assert.equal((await call('DELETE', `/organisations/${id}?sequence=2`)).statusCode, 404);
      assert.deepEqual(
        (await house.actions()).filter((action) => action.startsWith('organisation-')),
        ['organisation-made', 'organisation-changed', 'organisation-deleted'],
      );
    }));

  it('are all seen by an operator, and the own one alone by everybody else', () =>
    withHouse(async (house) => {
      const { operator } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const names = async (access: string, query = '') =>
        (await ask(house, access)('GET', `/organisations${query}`))
          .json()
          .items.map(({ name }: { name: string }) => name);
      assert.deepEqual(await names(operator), ['Acme Cloud', 'Operators', 'Other Cloud']);
      assert.deepEqual(await names(operator, '?sort=-name&filter=name==*Cloud'), [
        'Other Cloud',
        'Acme Cloud',
      ]);
      for (const role of ['administrator', 'reporter', 'reader'] as const) {
        assert.deepEqual(await names(acme[role]), ['Acme Cloud']);
        assert.deepEqual(await names(acme[role], `?filter=id==${other.id},name==*`), ['Acme Cloud']);
        const call = ask(house, acme[role]);
        assert.equal(
          (await call('GET', `/organisations/${acme.id.toUpperCase()}`)).json().name,
          'Acme Cloud',
        );
        const [there, nowhere] = [
          await call('GET', `/organisations/${other.id}`),
          await call('GET', `/organisations/${randomUUID()}`),
        ];
        assert.equal(there.statusCode, 404);
        assert.equal(there.json().detail, nowhere.json().detail);
        assert.equal((await call('POST', '/organisations', { name: 'Mine' })).statusCode, 403);
        assert.equal(
          (await call('PATCH', `/organisations/${acme.id}`, { sequence: 1, name: 'Mine' })).statusCode,
          403,
        );
        assert.equal((await call('DELETE', `/organisations/${acme.id}?sequence=1`)).statusCode, 403);
      }
    }));

  it('with meters are not deleted, and the answer counts what is there', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const acme = await house.organisation('Acme Cloud');
      await registered(house, acme);
      const refused = await call('DELETE', `/organisations/${acme.id}?sequence=1`);
      assert.equal(codeOf(refused), '409 in-use');
      assert.deepEqual(refused.json().holds, { meters: 1 });
      assert.equal((await ask(house, acme.reader)('GET', `/organisations/${acme.id}`)).statusCode, 200);
    }));

  it('that are deleted take their tokens with them: no change is made any more', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const acme = await house.organisation('Acme Cloud');
      assert.equal((await call('DELETE', `/organisations/${acme.id}?sequence=1`)).statusCode, 204);
      const late = await ask(house, acme.administrator)('POST', '/api-tokens', { name: 'x', role: 'reader' });
      assert.equal(late.statusCode, 401);
    }));

  it('have names and partner numbers of their own', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const { id } = (await call('POST', '/organisations', { name: 'Acme', partnerId: 'P-1' })).json();
      const { id: other } = (await call('POST', '/organisations', { name: 'Other' })).json();
      for (const body of [{ name: 'Acme' }, { name: 'Third', partnerId: 'P-1' }]) {
        assert.equal(codeOf(await call('POST', '/organisations', body)), '409 already-exists');
        const change = { ...body, sequence: 1 };
        assert.equal(codeOf(await call('PATCH', `/organisations/${other}`, change)), '409 already-exists');
      }
      assert.equal(
        (await call('PATCH', `/organisations/${id}`, { sequence: 1, name: 'Acme' })).statusCode,
        200,
      );
    }));

  it('of the operators keep their name and stay', () =>
    withHouse(async (house) => {
      const { id, operator } = await operators(house);
      const call = ask(house, operator);
      assert.equal(
        codeOf(await call('PATCH', `/organisations/${id}`, { sequence: 1, name: 'Us' })),
        '409 in-use',
      );
      assert.equal(codeOf(await call('DELETE', `/organisations/${id}?sequence=1`)), '409 in-use');
    }));

  it('are told every fault at once, and fields that are not for callers are refused', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const bad = {
        name: '',
        partnerId: 'a\tb',
        id: randomUUID(),
        isOperator: true,
        operators: true,
        sequence: 7,
      };
      assert.deepEqual(pointers(await call('POST', '/organisations', bad)).sort(), [
        '/id',
        '/isOperator',
        '/name',
        '/operators',
        '/partnerId',
        '/sequence',
      ]);
      const { id } = (await call('POST', '/organisations', { name: 'Acme' })).json();
      assert.deepEqual(pointers(await call('PATCH', `/organisations/${id}`, { isOperator: true })).sort(), [
        '/isOperator',
        '/sequence',
      ]);
      assert.deepEqual(pointers(await call('DELETE', '/organisations/x?force=1')).sort(), [
        'path/organisationId',
        'query/force',
        'query/sequence',
      ]);
    }));

  it('are made once for each key', () =>
    withHouse(async (house) => {
      const call = ask(house, (await operators(house)).operator);
      const once = () => call('POST', '/organisations', { name: 'Acme' }, { 'idempotency-key': 'k' });
      const [first, second] = [await once(), await once()];
      assert.equal(second.headers['idempotency-replayed'], 'true');
      assert.equal(second.body, first.body);
    }));
});

describe('whoami', () => {
  it('says the organisation, the role and the token, and when the access token ends', () =>
    withHouse(async (house) => {
      const { operator, operatorTokenId, id } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const own = (await ask(house, acme.reporter)('GET', '/whoami')).json();
      assert.deepEqual(own.organisation, { id: acme.id, name: 'Acme Cloud' });
      assert.equal(own.role, 'reporter');
      assert.equal(own.operator, false);
      assert.equal(own.token.name, 'reporter');
      assert.equal(own.actor, `token:${own.token.id}`);
      assert.match(own.token.lastFour, /^.{4}$/);
      assert.equal(own.accessTokenExpiresAt, '2023-01-15T10:50:30.000Z');
      const entered = await ask(house, operator)('GET', '/whoami', undefined, {
        'meterhouse-organisation': 'Acme Cloud',
      });
      const { organisation, homeOrganisation, token, operator: isOperator } = entered.json();
      assert.deepEqual(organisation, { id: acme.id, name: 'Acme Cloud' });
      assert.deepEqual(homeOrganisation, { id, name: 'Operators' });
      assert.equal(token.id, operatorTokenId);
      assert.equal(isOperator, true);
    }));

  it('has the roles beside it, from most to least', () =>
    withHouse(async (house) => {
      const { reader } = await house.organisation('Acme Cloud');
      const { items } = (await ask(house, reader)('GET', '/roles')).json();
      assert.deepEqual(
        items.map(({ name }: { name: string }) => name),
        ['operator', 'administrator', 'reporter', 'reader'],
      );
      assert.ok(items.every(({ may }: { may: string[] }) => may.length > 0));
    }));
});

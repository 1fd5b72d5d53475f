import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { exchange, withHouse } from '../../registry/testing.ts';
import { ask, codeOf, everything, operators, personWithToken, pointers } from './testing.ts';

const works = async (house: Parameters<typeof exchange>[0], value: string) =>
  (await exchange(house, { refresh_token: value })).statusCode === 200;

describe('API tokens', () => {
  it('are made with a value that is shown once and kept nowhere', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, acme.administrator);
      const body = { name: 'automation', role: 'reporter', expiresAt: '2023-02-01T00:00:00+01:00' };
      const made = await call('POST', '/api-tokens', body, { 'idempotency-key': 'k' });
      assert.equal(made.statusCode, 201, made.body);
      assert.equal(made.headers['cache-control'], 'no-store');
      const { value, id, ...item } = made.json();
      assert.deepEqual(item, {
        name: 'automation',
        role: 'reporter',
        lastFour: value.slice(-4),
        state: 'active',
        provisioned: false,
        expiresAt: '2023-01-31T23:00:00.000Z',
        sequence: 1,
        createdAt: house.now.toISOString(),
        modifiedAt: house.now.toISOString(),
      });
      assert.equal(made.headers.location, `/api/v1/api-tokens/${id}`);
      assert.ok(await works(house, value));
      const again = await call('POST', '/api-tokens', body, { 'idempotency-key': 'k' });
      assert.equal(codeOf(again), '409 idempotency-secret');
      assert.equal(again.json().location, `/api/v1/api-tokens/${id}`);

      assert.deepEqual((await ask(house, acme.reader)('GET', `/api-tokens/${id}`)).json(), { id, ...item });
      const list = await call('GET', '/api-tokens?filter=name==auto*;state==active&sort=name');
      assert.deepEqual(list.json().items, [{ id, ...item }]);
      assert.ok(!list.body.includes(value) && !(await everything(house)).includes(value));
    }));

  it('are renamed, and revoked at once by who saw the last change', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const call = ask(house, administrator);
      const { id, value } = (await call('POST', '/api-tokens', { name: 'a', role: 'administrator' })).json();
      const access = (await exchange(house, { refresh_token: value })).json().access_token;
      assert.equal((await call('PATCH', `/api-tokens/${id}`, { sequence: 1, name: 'b' })).json().name, 'b');
      assert.equal((await call('DELETE', `/api-tokens/${id}?sequence=1`)).statusCode, 412);
      const revoked = await call('DELETE', `/api-tokens/${id}?sequence=2`);
      assert.equal(revoked.json().state, 'revoked');
      assert.equal(revoked.json().revokedAt, house.now.toISOString());
      assert.ok(!(await works(house, value)));
      const change = await ask(house, access)('POST', '/api-tokens', { name: 'x', role: 'reader' });
      assert.equal(change.statusCode, 401);
      assert.equal((await ask(house, access)('GET', '/api-tokens')).statusCode, 200);
      assert.equal(codeOf(await call('DELETE', `/api-tokens/${id}?sequence=3`)), '409 api-token-ended');
      const rotated = await call('POST', `/api-tokens/${id}/rotate`, { sequence: 3, graceSeconds: 0 });
      assert.equal(codeOf(rotated), '409 api-token-ended');
      assert.deepEqual(
        (await house.actions()).filter((action) => /^api-token-re/.test(action)),
        ['api-token-renamed', 'api-token-revoked'],
      );
    }));

  it('are rotated: both values work until the grace has passed, then the new one', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const old = (
        await ask(house, acme.administrator)('POST', '/api-tokens', { name: 'a', role: 'reporter' })
      ).json();
      const path = `/api-tokens/${old.id}/rotate`;
      const next = await ask(house, acme.administrator)('POST', path, { sequence: 1, graceSeconds: 600 });
      assert.equal(next.statusCode, 201, next.body);
      assert.equal(next.headers['cache-control'], 'no-store');
      assert.equal(next.json().name, 'a');
      assert.equal(next.json().role, 'reporter');
      assert.notEqual(next.json().value, old.value);
      const stale = await ask(house, acme.administrator)('POST', path, { sequence: 1, graceSeconds: 600 });
      assert.equal(codeOf(stale), '412 sequence-conflict');
      await house.moveTo('2023-01-15T10:30:29Z');
      assert.deepEqual([await works(house, old.value), await works(house, next.json().value)], [true, true]);
      await house.moveTo('2023-01-15T10:30:30Z');
      assert.deepEqual([await works(house, old.value), await works(house, next.json().value)], [false, true]);
      const shown = (await ask(house, acme.reader)('GET', `/api-tokens/${old.id}`)).json();
      assert.equal(shown.state, 'expired');
      const at = `/api-tokens/${next.json().id}/rotate`;
      const last = await ask(house, acme.administrator)('POST', at, { sequence: 1, graceSeconds: 0 });
      assert.deepEqual(
        [await works(house, next.json().value), await works(house, last.json().value)],
        [false, true],
      );
      assert.ok(!(await everything(house)).includes(last.json().value));
    }));

  it('with an end are rotated to one that lives as long; a grace never lengthens the old one', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const body = { name: 'a', role: 'reader', expiresAt: '2023-01-15T11:20:30Z' };
      const old = (await ask(house, acme.administrator)('POST', '/api-tokens', body)).json();
      await house.moveTo('2023-01-15T11:00:00Z');
      const rotation = { sequence: 1, graceSeconds: 604_800 };
      const next = await ask(house, acme.administrator)('POST', `/api-tokens/${old.id}/rotate`, rotation);
      assert.equal(next.json().expiresAt, '2023-01-15T12:00:00.000Z');
      const shown = (await ask(house, acme.reader)('GET', `/api-tokens/${old.id}`)).json();
      assert.equal(shown.expiresAt, '2023-01-15T11:20:30.000Z');
    }));

  it('belong to the person whose token made them', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const ann = await personWithToken(house, acme.id, 'ann@acme.example', 'administrator');
      await personWithToken(house, acme.id, 'bob@acme.example', 'administrator');
      const made = (
        await ask(house, ann.access)('POST', '/api-tokens', { name: 'x', role: 'reader' })
      ).json();
      assert.equal(made.personId, ann.id);
      await ask(house, acme.administrator)('DELETE', `/people/${ann.id}?sequence=1`);
      assert.ok(!(await works(house, made.value)));
    }));

  it('have no role above that of who makes, renames, rotates or revokes them', () =>
    withHouse(async (house) => {
      const { operator, operatorTokenId, administrator } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const body = { name: 'x', role: 'operator' };
      for (const access of [acme.administrator, administrator])
        assert.equal((await ask(house, access)('POST', '/api-tokens', body)).statusCode, 403);
      const call = ask(house, administrator);
      const path = `/api-tokens/${operatorTokenId}`;
      assert.equal((await call('PATCH', path, { sequence: 1, name: 'x' })).statusCode, 403);
      assert.equal((await call('DELETE', `${path}?sequence=1`)).statusCode, 403);
      assert.equal((await call('POST', `${path}/rotate`, { sequence: 1, graceSeconds: 0 })).statusCode, 403);
      const elsewhere = { 'meterhouse-organisation': acme.id };
      const inAcme = await ask(house, operator)('POST', '/api-tokens', body, elsewhere);
      assert.deepEqual(pointers(inAcme), ['/role']);
      assert.equal((await ask(house, operator)('POST', '/api-tokens', body)).statusCode, 201);
      const made = await ask(house, operator)(
        'POST',
        '/api-tokens',
        { name: 'x', role: 'reader' },
        elsewhere,
      );
      const access = (await exchange(house, { refresh_token: made.json().value })).json().access_token;
      assert.equal((await ask(house, access)('GET', '/whoami')).json().organisation.id, acme.id);
    }));

  it("are the own organisation's: others' ids are unknown, and less than an administrator changes none", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const { items } = (await ask(house, acme.reader)('GET', '/api-tokens')).json();
      assert.equal(items.length, 3);
      const calls = (access: string, id: string) => {
        const call = ask(house, access);
        return Promise.all([
          call('PATCH', `/api-tokens/${id}`, { sequence: 1, name: 'x' }),
          call('DELETE', `/api-tokens/${id}?sequence=1`),
          call('POST', `/api-tokens/${id}/rotate`, { sequence: 1, graceSeconds: 0 }),
        ]);
      };
      for (const id of [items[0].id, randomUUID()]) {
        const shown = await ask(house, other.administrator)('GET', `/api-tokens/${id}`);
        for (const answer of [shown, ...(await calls(other.administrator, id))]) {
          assert.equal(answer.statusCode, 404);
          assert.equal(answer.json().detail, 'Your organisation has no API token with this id.');
        }
      }
      for (const role of ['reporter', 'reader'] as const) {
        for (const answer of await calls(acme[role], items[0].id)) assert.equal(answer.statusCode, 403);
        const made = await ask(house, acme[role])('POST', '/api-tokens', { name: 'x', role: 'reader' });
        assert.equal(made.statusCode, 403);
      }
    }));

  it('are told every fault at once, and fields that are not for callers are refused', () =>
    withHouse(async (house) => {
      const { administrator } = await house.organisation('Acme Cloud');
      const call = ask(house, administrator);
      const bad = {
        name: '',
        role: 'king',
        expiresAt: 'soon',
        organisationId: 'x',
        value: 'mine',
        personId: 'x',
      };
      assert.deepEqual(pointers(await call('POST', '/api-tokens', bad)).sort(), [
        '/expiresAt',
        '/name',
        '/organisationId',
        '/personId',
        '/role',
        '/value',
      ]);
      for (const expiresAt of ['2023-01-15T10:20:30Z', '2023-13-01T00:00:00Z'])
        assert.deepEqual(
          pointers(await call('POST', '/api-tokens', { name: 'x', role: 'reader', expiresAt })),
          ['/expiresAt'],
        );
      const { items } = (await call('GET', '/api-tokens')).json();
      const at = `/api-tokens/${items[0].id}/rotate`;
      assert.deepEqual(pointers(await call('POST', at, { graceSeconds: 604_801, role: 'operator' })).sort(), [
        '/graceSeconds',
        '/role',
        '/sequence',
      ]);
    }));
});

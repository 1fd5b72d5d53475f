import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { registered, withHouse } from '../../registry/testing.ts';
import { ask, operators } from './testing.ts';

interface Entry {
  readonly organisationId?: string;
  readonly action: string;
}
const organisationsOf = (items: readonly Entry[]) =>
  new Set(items.map(({ organisationId }) => organisationId));

describe('the audit log', () => {
  it("has an administrator's own organisation, whatever the filter asks for", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await registered(house, other);
      const call = ask(house, acme.administrator);
      for (const query of ['', `?filter=organisationId==${other.id},action==*`]) {
        const { items } = (await call('GET', `/audit-log${query}`)).json();
        assert.deepEqual([...organisationsOf(items)], [acme.id]);
      }
      assert.deepEqual((await call('GET', `/audit-log?filter=organisationId==${other.id}`)).json(), {
        items: [],
      });
      for (const role of ['reporter', 'reader'] as const)
        assert.equal((await ask(house, acme[role])('GET', '/audit-log')).statusCode, 403);
    }));

  it('has all organisations and the service itself for an operator, or the one that is entered', () =>
    withHouse(async (house) => {
      const { operator, id } = await operators(house);
      const acme = await house.organisation('Acme Cloud');
      const call = ask(house, operator);
      const { items } = (await call('GET', '/audit-log?limit=200')).json();
      assert.deepEqual(organisationsOf(items), new Set([undefined, id, acme.id]));
      const entered = await call('GET', '/audit-log', undefined, { 'meterhouse-organisation': acme.id });
      assert.deepEqual([...organisationsOf(entered.json().items)], [acme.id]);
    }));

  it('is filtered by time, actor, action and subject, newest first', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      await house.moveTo('2023-01-16T10:00:00Z');
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=1` });
      const actions = async (filter: string) =>
        (await ask(house, acme.administrator)('GET', `/audit-log?filter=${encodeURIComponent(filter)}`))
          .json()
          .items.map(({ action }: Entry) => action);
      assert.deepEqual(await actions(`subject==meter:${agentId}`), [
        'meter-deleted',
        'registration-finished',
        'meter-registered',
      ]);
      assert.deepEqual(await actions('at=ge=2023-01-16;action==meter-*'), ['meter-deleted']);
      assert.deepEqual(await actions('actor==service;at=lt=2023-01-01'), []);
    }));

  it('is verified by an operator, who is told the first entry that does not fit', () =>
    withHouse(async (house) => {
      const { operator, administrator } = await operators(house);
      const call = ask(house, operator);
      const intact = (await call('GET', '/audit-log/verification')).json();
      assert.equal(intact.intact, true);
      assert.match(intact.head, /^[0-9a-f]{64}$/);
      await house.database.query("update audit_log set actor = 'nobody' where id = 2");
      const broken = (await call('GET', '/audit-log/verification')).json();
      assert.deepEqual(broken, {
        intact: false,
        entries: 1,
        brokenAt: { id: '2', reason: 'it was altered after it was written' },
      });
      assert.equal((await ask(house, administrator)('GET', '/audit-log/verification')).statusCode, 403);
    }));
});

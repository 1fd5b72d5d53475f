import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { type House, withHouse } from '../registry/testing.ts';
import { activate, activated, activationOf, activationToken, makeKey } from '../registry/testing-meters.ts';
import { notify } from './index.ts';

const url = '/api/v1/notifications';

const tell = (house: House, organisationId: string, kind: string) =>
  house.database.transaction((transaction) =>
    notify(transaction, { organisationId, kind, subject: 'meter:x', message: 'It happened.', at: house.now }),
  );
const read = (house: House, access: string, id: string, headers: Record<string, string> = {}) =>
  house.call(access, { method: 'POST', url: `${url}/${id}/read`, headers });

describe('notifications', () => {
  it('are read once for everybody in the organisation', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await tell(house, acme.id, 'one');
      await tell(house, acme.id, 'two');
      const list = async (filter: string) =>
        (await house.call(acme.reader, { url: `${url}?filter=${filter}` })).json().items;
      const [one] = await list('kind==one;state==unread');
      assert.deepEqual(one, {
        id: one.id,
        kind: 'one',
        subject: 'meter:x',
        message: 'It happened.',
        createdAt: house.now.toISOString(),
      });
      assert.equal((await read(house, acme.reader, one.id)).statusCode, 403);
      const marked = await read(house, acme.reporter, one.id, { 'idempotency-key': 'k' });
      assert.equal(marked.json().readAt, house.now.toISOString());
      const repeated = await read(house, acme.reporter, one.id, { 'idempotency-key': 'k' });
      assert.equal(repeated.headers['idempotency-replayed'], 'true');
      await house.moveTo('2023-01-16T00:00:00Z');
      assert.deepEqual((await read(house, acme.administrator, one.id)).json(), marked.json());
      assert.deepEqual(await list('state==read'), [marked.json()]);
      assert.deepEqual((await house.actions()).filter((action) => action === 'notification-read').length, 1);
    }));

  it("are the own organisation's", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      await tell(house, acme.id, 'one');
      const [{ id }] = (await house.call(acme.reader, { url })).json().items;
      assert.deepEqual((await house.call(other.reader, { url })).json(), { items: [] });
      for (const each of [id, randomUUID()]) {
        const answer = await read(house, other.administrator, each);
        assert.equal(answer.statusCode, 404);
        assert.equal(answer.json().detail, 'Your organisation has no such notification.');
      }
    }));

  it('tell that a meter has another key, and say nothing of its first', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const { agentId } = await activated(house, acme);
      assert.deepEqual((await house.call(acme.reader, { url })).json().items, []);
      const token = await activationToken(house, acme.administrator, agentId);
      const activation = await activationOf(agentId, token, await makeKey());
      assert.equal((await activate(house, agentId, activation)).statusCode, 200);
      assert.equal((await activate(house, agentId, activation)).statusCode, 200);
      const { items } = (await house.call(acme.reader, { url })).json();
      assert.equal(items.length, 1);
      assert.equal(items[0].kind, 'meter-key-replaced');
      assert.equal(items[0].subject, `meter:${agentId}`);
      assert.match(items[0].message, /um46 has another key and begins epoch 2/);
    }));
});

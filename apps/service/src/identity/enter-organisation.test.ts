import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { accessOf, form, type House, register, registered, withHouse } from '../registry/testing.ts';

const meters = (house: House, access: string, organisation: string) =>
  house.call(access, { url: '/api/v1/meters', headers: { 'meterhouse-organisation': organisation } });

async function operatorOf(house: House) {
  const operators = await house.organisation('Operators');
  await house.database.query('update organisations set is_operator = true where id = $1', [operators.id]);
  return { operators, operator: await accessOf(house, operators.id, 'operator') };
}

describe('the header Meterhouse-Organisation', () => {
  it('lets an operator act in an organisation, by id or by name, and the audit log says who', () =>
    withHouse(async (house) => {
      const { operators, operator } = await operatorOf(house);
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      const url = `/api/v1/meters/${agentId}`;
      assert.equal((await house.call(operator.access, { url })).statusCode, 404);
      for (const named of [acme.id, acme.id.toUpperCase(), 'Acme Cloud'])
        assert.equal((await meters(house, operator.access, named)).json().items[0].agentId, agentId, named);
      const headers = { 'meterhouse-organisation': 'Acme Cloud' };
      const deleted = await house.call(operator.access, {
        method: 'DELETE',
        url: `${url}?sequence=1`,
        headers,
      });
      assert.equal(deleted.statusCode, 200, deleted.body);
      const [entry] = await house.database.query(
        "select organisation_id, actor from audit_log where action = 'meter-deleted'",
      );
      assert.deepEqual(entry, { organisation_id: acme.id, actor: `token:${operator.id}` });
      assert.deepEqual((await meters(house, operator.access, operators.id)).json(), { items: [] });
    }));

  it('works on the compatible paths, too', () =>
    withHouse(async (house) => {
      const { operator } = await operatorOf(house);
      const acme = await house.organisation('Acme Cloud');
      const agentId = randomUUID();
      const headers = { 'meterhouse-organisation': acme.id };
      const answer = await house.call(operator.access, {
        method: 'POST',
        url: '/usage/api/v1/agent-registrations',
        headers,
        payload: { agentId, label: 'um', contractNumber: '1012345' },
      });
      assert.equal(answer.statusCode, 202, answer.body);
      assert.equal((await house.call(acme.reader, { url: `/api/v1/meters/${agentId}` })).statusCode, 200);
    }));

  it("stops an operator's change when the operator's own token is revoked", () =>
    withHouse(async (house) => {
      const { operator } = await operatorOf(house);
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      await house.database.query('update api_tokens set revoked_at = $2 where id = $1', [
        operator.id,
        house.now,
      ]);
      const answer = await house.call(operator.access, {
        method: 'DELETE',
        url: `/api/v1/meters/${agentId}?sequence=1`,
        headers: { 'meterhouse-organisation': acme.id },
      });
      assert.equal(answer.statusCode, 401);
    }));

  it('tells an operator that there is no such organisation', () =>
    withHouse(async (house) => {
      const { operator } = await operatorOf(house);
      for (const named of [randomUUID(), 'Nobody', '', "' or true --"]) {
        const answer = await meters(house, operator.access, named);
        assert.equal(answer.statusCode, 404);
        assert.equal(answer.json().code, 'organisation-unknown');
      }
    }));

  it('is open to everybody for their own organisation', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (const role of ['reader', 'reporter', 'administrator'] as const)
        for (const named of [acme.id, acme.id.toUpperCase(), 'Acme Cloud'])
          assert.equal((await meters(house, acme[role], named)).statusCode, 200);
    }));

  it('is closed to everybody for all others in the same words, so that nobody learns which there are', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      for (const role of ['reader', 'reporter', 'administrator'] as const) {
        const bodies = new Set<string>();
        for (const named of [other.id, 'Other Cloud', randomUUID(), 'Nobody', 'other cloud', '']) {
          const answer = await meters(house, acme[role], named);
          assert.equal(answer.statusCode, 403, named);
          bodies.add(answer.body.replace(/"requestId":"[^"]*"/, ''));
        }
        assert.equal(bodies.size, 1);
      }
    }));

  it('is not looked at where nobody signs in', () =>
    withHouse(async (house) => {
      const { headers, payload } = form({ refresh_token: 'nothing' });
      const answer = await house.call(undefined, {
        method: 'POST',
        url: '/csp/gateway/am/api/auth/api-tokens/authorize',
        headers: { ...headers, 'meterhouse-organisation': 'Acme Cloud' },
        payload,
      });
      assert.equal(answer.json().errorCode, 'invalid_grant');
      assert.equal((await register(house, undefined, {})).statusCode, 401);
    }));
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, type ProblemCode } from '@meterhouse/contract';
import type { Caller, Role } from '../platform/http/index.ts';
import { accessOf, exchange, type House, register, withHouse } from '../registry/testing.ts';
import { personWithToken } from './management/testing.ts';

async function callerOf(house: House, role: Role): Promise<Caller & { tokenId: string }> {
  const { id } = await house.organisation('Acme Cloud');
  const token = await accessOf(house, id, role);
  return { organisationId: id, role, actor: `token:${token.id}`, tokenId: token.id };
}

const confirm = (house: House, caller: Caller) =>
  house.database.transaction((transaction) => house.identity.confirmCaller(transaction, caller));
const refused = (work: Promise<unknown>, code: ProblemCode) =>
  assert.rejects(work, (error) => error instanceof Problem && error.code === code);
const revoke = (house: House, { organisationId, tokenId }: Caller & { tokenId: string }) =>
  house.database.transaction((transaction) =>
    house.identity.revokeApiToken(transaction, { organisationId, tokenId, actor: 'service' }),
  );

describe('a change is refused although the access token is still good', () => {
  it('when the API token was revoked; reads go on until the access token ends', () =>
    withHouse(async (house) => {
      const { id } = await house.organisation('Acme Cloud');
      const token = await accessOf(house, id, 'reporter');
      const change = () => register(house, token.access, { agentId: randomUUID(), label: 'um' });
      assert.equal((await change()).statusCode, 202);
      await revoke(house, { organisationId: id, role: 'reporter', actor: '', tokenId: token.id });
      const answer = await change();
      assert.equal(answer.statusCode, 401);
      assert.equal(answer.json().code, 'unauthenticated');
      assert.equal((await house.call(token.access, { url: '/api/v1/meters' })).statusCode, 200);
      assert.equal((await exchange(house, { refresh_token: token.value })).statusCode, 400);
    }));

  it('when the API token has expired', () =>
    withHouse(async (house) => {
      const caller = await callerOf(house, 'reporter');
      await confirm(house, caller);
      await house.database.query('update api_tokens set expires_at = $2 where id = $1', [
        caller.tokenId,
        house.now,
      ]);
      await refused(confirm(house, caller), 'unauthenticated');
    }));

  it('when the role was lowered, not when it was raised', () =>
    withHouse(async (house) => {
      const caller = await callerOf(house, 'reporter');
      const setRole = (role: Role) =>
        house.database.query('update api_tokens set role = $2 where id = $1', [caller.tokenId, role]);
      await setRole('administrator');
      await confirm(house, caller);
      await setRole('reader');
      await refused(confirm(house, caller), 'forbidden');
    }));

  it("when its owner's role was lowered or its owner has left, and no exchange gives more either", () =>
    withHouse(async (house) => {
      const { id: organisationId } = await house.organisation('Acme Cloud');
      const [person] = await house.database.query<{ id: string }>(
        "insert into people (email) values ('ops@acme.example') returning id",
      );
      await house.database.query('insert into memberships values ($1, $2, $3)', [
        person!.id,
        organisationId,
        'reporter',
      ]);
      const token = await house.database.transaction((transaction) =>
        house.identity.makeApiToken(transaction, {
          organisationId,
          name: 'mine',
          role: 'administrator',
          personId: person!.id,
          actor: 'service',
        }),
      );
      const { access_token } = (await exchange(house, { refresh_token: token.value })).json();
      const caller = await house.identity.authenticate(access_token);
      assert.equal(caller.role, 'reporter', 'a token carries no more than its owner has');
      await confirm(house, caller);
      await house.database.query("update memberships set role = 'reader'");
      await refused(confirm(house, caller), 'forbidden');
      await house.database.query('delete from memberships');
      await refused(confirm(house, caller), 'unauthenticated');
      assert.equal((await exchange(house, { refresh_token: token.value })).statusCode, 400);
    }));

  it("when the token is another organisation's", () =>
    withHouse(async (house) => {
      const caller = await callerOf(house, 'reporter');
      const other = await house.organisation('Other Cloud');
      await refused(confirm(house, { ...caller, organisationId: other.id }), 'unauthenticated');
    }));

  it('when nothing says where the caller came from', () =>
    withHouse(async (house) => {
      const { tokenId: _, ...caller } = await callerOf(house, 'operator');
      await refused(confirm(house, caller), 'unauthenticated');
      await refused(confirm(house, { ...caller, agentId: randomUUID() }), 'unauthenticated');
    }));
});

it('a revocation waits for the change that is under way, so one of them is first', () =>
  withHouse(async (house) => {
    const caller = await callerOf(house, 'reporter');
    const order: string[] = [];
    let confirmed = () => {};
    const isConfirmed = new Promise<void>((resolve) => {
      confirmed = resolve;
    });
    const change = house.database.transaction(async (transaction) => {
      await house.identity.confirmCaller(transaction, caller);
      confirmed();
      await sleep(200);
      order.push('change');
    });
    await isConfirmed;
    await Promise.all([change, revoke(house, caller).then(() => order.push('revocation'))]);
    assert.deepEqual(order, ['change', 'revocation']);
  }));

it("the lowering of its owner's role waits for the change that is under way, too", () =>
  withHouse(async (house) => {
    const acme = await house.organisation('Acme Cloud');
    const ann = await personWithToken(house, acme.id, 'ann@acme.example', 'administrator');
    const caller: Caller = {
      organisationId: acme.id,
      role: 'administrator',
      actor: `token:${ann.tokenId}`,
      tokenId: ann.tokenId,
    };
    const order: string[] = [];
    let confirmed = () => {};
    const isConfirmed = new Promise<void>((resolve) => {
      confirmed = resolve;
    });
    const change = house.database.transaction(async (transaction) => {
      await house.identity.confirmCaller(transaction, caller);
      confirmed();
      await sleep(200);
      order.push('change');
    });
    await isConfirmed;
    const lowered = house.database
      .query('update memberships set role = $2 where person_id = $1', [ann.id, 'reader'])
      .then(() => order.push('lowering'));
    await Promise.all([change, lowered]);
    assert.deepEqual(order, ['change', 'lowering']);
  }));

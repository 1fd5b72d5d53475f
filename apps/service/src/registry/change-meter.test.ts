import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { type House, registered, withHouse } from './testing.ts';
import {
  activate,
  activated,
  activationOf,
  activationToken,
  assertionOf,
  makeKey,
  signIn,
} from './testing-meters.ts';

const change = (house: House, access: string, agentId: string, payload: object, headers = {}) =>
  house.call(access, { method: 'PATCH', url: `/api/v1/meters/${agentId}`, payload, headers });
const listed = async (house: House, access: string, filter: string) => {
  const answer = await house.call(access, { url: '/api/v1/meters', query: { filter } });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().items.map(({ label }: { label: string }) => label);
};

describe('a meter', () => {
  it('is renamed and billed under something else from the next full hour, and is registered all the while', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const moved = await change(house, acme.reporter, agentId, {
        sequence: 1,
        label: 'um47',
        connectivityMode: 'OFFLINE',
        siteName: 'Site B',
      });
      assert.equal(moved.statusCode, 200, moved.body);
      const { label, connectivityMode, state, siteName, sequence, assignments } = moved.json();
      assert.deepEqual(
        [label, connectivityMode, state, siteName, sequence],
        ['um47', 'OFFLINE', 'registered', 'Site B', 2],
      );
      const old = { meteringMode: 'PRODUCTION', contractNumber: '1012345', siteName: 'Site A' };
      assert.deepEqual(assignments, [old, { ...old, from: '2023-01-15T11:00:00Z', siteName: 'Site B' }]);

      const same = await change(house, acme.reporter, agentId, { sequence: 2, label: 'um47' });
      assert.equal(same.json().sequence, 2, 'what is so already is no change');
      const stale = await change(house, acme.reporter, agentId, { sequence: 1, label: 'x' });
      assert.deepEqual([stale.statusCode, stale.json().sequence], [412, 2]);
      assert.equal((await change(house, acme.reader, agentId, { sequence: 2 })).statusCode, 403);
      const actions = (await house.actions()).filter((action) => action === 'meter-changed');
      assert.equal(actions.length, 1);
    }));

  it('leaves its site, and its contract with the site, where null is sent', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const noSite = (await change(house, acme.reporter, agentId, { sequence: 1, siteName: null })).json();
      assert.deepEqual([noSite.contractNumber, noSite.siteName], ['1012345', undefined]);
      await change(house, acme.reporter, agentId, { sequence: 2, siteName: 'Site B' });
      const trial = (
        await change(house, acme.reporter, agentId, { sequence: 3, contractNumber: null })
      ).json();
      assert.deepEqual([trial.contractNumber, trial.siteName], [undefined, undefined]);
      const alone = await change(house, acme.reporter, agentId, {
        sequence: 4,
        contractNumber: null,
        siteName: 'Site A',
      });
      assert.deepEqual(
        alone.json().errors.map(({ pointer }: { pointer: string }) => pointer),
        ['/siteName'],
      );
    }));

  it('is refused what a registration is refused, with every fault at once', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme, { contractNumber: '1012345' });
      const bad = { label: '', meteringMode: 'test', contractNumber: 'a b', agentId, deletedAt: null };
      const faults = (await change(house, acme.reporter, agentId, bad)).json().errors;
      const pointers = faults.map(({ pointer }: { pointer: string }) => pointer).sort();
      const own = ['/agentId', '/contractNumber', '/deletedAt', '/label', '/meteringMode', '/sequence'];
      assert.deepEqual([...new Set(pointers)], own);
      const test = await change(house, acme.reporter, agentId, { sequence: 1, meteringMode: 'TEST' });
      assert.equal(test.json().code, 'mode-change-refused');
      const unknown = await change(house, acme.reporter, agentId, { sequence: 1, contractNumber: '7' });
      assert.equal(unknown.statusCode, 400);
      await house.database.query(
        "insert into months (organisation_id, month, state) values ($1, '2022-12-01', 'closed')",
        [acme.id],
      );
      const left = await change(house, acme.reporter, agentId, { sequence: 1, contractNumber: null });
      assert.equal(left.json().code, 'contract-in-use');
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=1` });
      assert.equal(
        (await change(house, acme.reporter, agentId, { sequence: 2, label: 'x' })).json().code,
        'meter-deleted',
      );
    }));

  it("of another organisation is as unknown as none, and so are that one's contracts", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const agentId = await registered(house, acme);
      for (const id of [agentId, randomUUID()])
        assert.equal(
          (await change(house, other.reporter, id, { sequence: 1, label: 'mine' })).statusCode,
          404,
        );
      assert.deepEqual(await listed(house, acme.reader, 'label==*'), ['um46']);
    }));

  it('is changed once for an Idempotency-Key', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      const send = () =>
        change(house, acme.reporter, agentId, { sequence: 1, label: 'once' }, { 'idempotency-key': 'k' });
      const [first, again] = [await send(), await send()];
      assert.deepEqual([first.statusCode, again.statusCode], [200, 200]);
      assert.equal(again.body, first.body);
    }));

  it('is found by what it is called and billed under; a deleted one where the filter says deleted', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      await registered(house, acme, { label: 'a', contractNumber: '1012345', siteName: 'Site A' });
      await registered(house, acme, { label: 'b', meteringMode: 'TEST' });
      const gone = await registered(house, acme, { label: 'c', contractNumber: '2000001' });
      await house.call(acme.administrator, { method: 'DELETE', url: `/api/v1/meters/${gone}?sequence=1` });
      assert.deepEqual((await listed(house, acme.reader, 'label==*')).sort(), ['a', 'b']);
      assert.deepEqual(await listed(house, acme.reader, 'siteName=="Site A"'), ['a']);
      assert.deepEqual(await listed(house, acme.reader, 'meteringMode==TEST'), ['b']);
      assert.deepEqual(await listed(house, acme.reader, 'deleted==true'), ['c']);
      assert.deepEqual(await listed(house, acme.reader, 'contractNumber==2*'), []);
      assert.deepEqual(await listed(house, acme.reader, 'contractNumber==2*;deleted==true'), ['c']);
      assert.equal((await listed(house, acme.reader, 'deleted=in=(true,false)')).length, 3);
    }));
});

describe('the keys of a meter', () => {
  const keysOf = async (house: House, access: string, agentId: string) =>
    (await house.call(access, { url: `/api/v1/meters/${agentId}/keys` })).json().items;
  const compromise = (house: House, access: string, agentId: string, kid: string, reason: unknown = 'lost') =>
    house.call(access, {
      method: 'POST',
      url: `/api/v1/meters/${agentId}/keys/${kid}/compromise`,
      payload: { reason },
    });

  it('are listed; one in wrong hands signs in no more, and the meter is activated again with another', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const meter = await activated(house, acme);
      const { agentId } = meter;
      const [key] = await keysOf(house, acme.reader, agentId);
      assert.deepEqual([key.epoch, key.packages, key.publicKey.kty], [1, 0, 'OKP']);
      const open = await activationToken(house, acme.administrator, agentId);

      assert.equal((await compromise(house, acme.reporter, agentId, key.kid)).statusCode, 403);
      assert.equal((await compromise(house, acme.administrator, agentId, key.kid, '')).statusCode, 400);
      const marked = await compromise(house, acme.administrator, agentId, key.kid);
      assert.deepEqual(marked.json(), { ...key, compromisedAt: house.now.toISOString() });
      assert.equal((await compromise(house, acme.administrator, agentId, key.kid)).body, marked.body);
      assert.equal((await signIn(house, await assertionOf(house, meter))).statusCode, 401);
      const shown = (await house.call(acme.reader, { url: `/api/v1/meters/${agentId}` })).json();
      assert.equal(shown.key, undefined);

      const key2 = await makeKey();
      const stolen = await activate(house, agentId, await activationOf(agentId, open, key2));
      assert.equal(stolen.json().code, 'activation-invalid', 'whoever has the key may have seen the token');
      const token = await activationToken(house, acme.administrator, agentId);
      const bound = await activate(house, agentId, await activationOf(agentId, token, key2));
      assert.equal(bound.json().epoch, 2, bound.body);
      assert.equal((await signIn(house, await assertionOf(house, { ...meter, key: key2 }))).statusCode, 200);
      const both = await keysOf(house, acme.reader, agentId);
      assert.deepEqual(
        both.map(({ epoch, compromisedAt }: { epoch: number; compromisedAt?: string }) => [
          epoch,
          compromisedAt,
        ]),
        [
          [2, undefined],
          [1, '2023-01-15T10:20:30.000Z'],
        ],
      );
      const said = (await house.actions()).filter((action) => action === 'meter-key-compromised');
      assert.equal(said.length, 1, 'said twice, it is recorded once');
      const notices = await house.database.query<{ kind: string }>(
        "select kind from notifications where kind = 'meter-key-compromised'",
      );
      assert.equal(notices.length, 1);
    }));

  it("of another organisation's meter are as unknown as none", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const { agentId } = await activated(house, acme);
      const [{ kid }] = await keysOf(house, acme.reader, agentId);
      for (const agent of [agentId, randomUUID()]) {
        assert.equal((await compromise(house, other.administrator, agent, kid)).statusCode, 404);
        const answer = await house.call(other.reader, { url: `/api/v1/meters/${agent}/keys` });
        assert.equal(answer.statusCode, 404);
      }
      const never = await compromise(house, acme.administrator, agentId, 'A'.repeat(43));
      assert.equal(never.json().detail, 'The meter never had this key.');
    }));
});

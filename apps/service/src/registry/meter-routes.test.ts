import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findMeter, lockMeter } from './meter.ts';
import { type House, registered, withHouse } from './testing.ts';
import { activated, assertionOf, signIn } from './testing-meters.ts';

const remove = (house: House, access: string, agentId: string, sequence: number | string) =>
  house.call(access, { method: 'DELETE', url: `/api/v1/meters/${agentId}?sequence=${sequence}` });
const undelete = (house: House, access: string, agentId: string, sequence: unknown) =>
  house.call(access, { method: 'POST', url: `/api/v1/meters/${agentId}/undelete`, payload: { sequence } });

describe('the list of meters', () => {
  it('comes in pages that together have every meter once, in order', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const made: string[] = [];
      for (let n = 0; n < 5; n += 1) made.push(await registered(house, acme));
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const url = `/api/v1/meters?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`;
        const { items, nextCursor } = (await house.call(acme.reader, { url })).json();
        pages.push(items.map(({ agentId }: { agentId: string }) => agentId));
        cursor = nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(
        pages.map(({ length }) => length),
        [2, 2, 1],
      );
      assert.deepEqual(pages.flat(), made.sort());
    }));

  it('has no other page when the last one is full', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      for (let n = 0; n < 2; n += 1) await registered(house, acme);
      const page = (await house.call(acme.reader, { url: '/api/v1/meters?limit=2' })).json();
      assert.equal(page.items.length, 2);
      assert.ok(!('nextCursor' in page));
    }));

  it('is that of the own organisation, without deleted meters', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const kept = await registered(house, acme, { contractNumber: '1012345', siteName: 'Site A' });
      const gone = await registered(house, acme);
      await remove(house, acme.administrator, gone, 1);
      const { items } = (await house.call(acme.reader, { url: '/api/v1/meters' })).json();
      const [{ registration, ...meter }] = items;
      assert.equal(items.length, 1);
      assert.deepEqual(meter, {
        agentId: kept,
        label: 'um46',
        connectivityMode: 'ONLINE',
        state: 'registered',
        meteringMode: 'PRODUCTION',
        contractNumber: '1012345',
        siteName: 'Site A',
        sequence: 1,
        registeredAt: house.now.toISOString(),
        modifiedAt: house.now.toISOString(),
      });
      assert.match(registration, /^[0-9a-f-]{36}$/);
      assert.deepEqual((await house.call(other.reader, { url: '/api/v1/meters' })).json(), { items: [] });
    }));

  it('refuses limits and cursors that are none, and fields it does not know, all at once', () =>
    withHouse(async (house) => {
      const { reader } = await house.organisation('Acme Cloud');
      const answer = await house.call(reader, {
        url: '/api/v1/meters?limit=0&cursor=!&sort=nothing&filter=x==1&page=2',
      });
      assert.equal(answer.statusCode, 400);
      assert.deepEqual(
        answer
          .json()
          .errors.map(({ pointer }: { pointer: string }) => pointer)
          .sort(),
        ['query/cursor', 'query/filter', 'query/limit', 'query/page', 'query/sort'],
      );
      for (const limit of ['201', '-1', '1.5', '1e2', ''])
        assert.equal(
          (await house.call(reader, { url: `/api/v1/meters?limit=${limit}` })).statusCode,
          400,
          limit,
        );
      assert.equal((await house.call(reader, { url: '/api/v1/meters?limit=200' })).statusCode, 200);
    }));
});

describe('a meter', () => {
  it("that is unknown, or another organisation's, is 404 in the same words for every call", () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const other = await house.organisation('Other Cloud');
      const agentId = await registered(house, acme);
      for (const agent of [agentId, randomUUID()])
        for (const answer of [
          await house.call(other.administrator, { url: `/api/v1/meters/${agent}` }),
          await remove(house, other.administrator, agent, 1),
          await undelete(house, other.administrator, agent, 1),
        ]) {
          assert.equal(answer.statusCode, 404);
          assert.equal(answer.json().detail, 'Your organisation has no meter with this agentId.');
        }
      assert.equal((await findMeter(house.database, acme.id, agentId))?.sequence, 1);
    }));

  it('is deleted and brought back by an administrator who saw its last change', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      assert.equal((await remove(house, acme.reporter, agentId, 1)).statusCode, 403);

      const stale = await remove(house, acme.administrator, agentId, 7);
      assert.equal(stale.statusCode, 412);
      assert.equal(stale.json().code, 'sequence-conflict');
      assert.equal(stale.json().sequence, 1);

      const deleted = await remove(house, acme.administrator, agentId, 1);
      assert.equal(deleted.statusCode, 200);
      assert.equal(deleted.json().deletedAt, house.now.toISOString());
      assert.equal(deleted.json().sequence, 2);
      const shown = await house.call(acme.reader, { url: `/api/v1/meters/${agentId}` });
      assert.deepEqual(shown.json(), deleted.json());
      assert.equal((await remove(house, acme.administrator, agentId, 1)).statusCode, 412);
      assert.equal((await remove(house, acme.administrator, agentId, 2)).json().code, 'meter-deleted');

      assert.equal((await undelete(house, acme.administrator, agentId, 1)).statusCode, 412);
      assert.equal((await undelete(house, acme.reporter, agentId, 2)).statusCode, 403);
      const back = await undelete(house, acme.administrator, agentId, 2);
      assert.equal(back.statusCode, 200);
      assert.ok(!('deletedAt' in back.json()));
      assert.equal(back.json().sequence, 3);
      assert.equal((await undelete(house, acme.administrator, agentId, 3)).json().code, 'meter-not-deleted');
      const changes = (await house.actions()).filter((action) => /^meter-(un)?deleted$/.test(action));
      assert.deepEqual(changes, ['meter-deleted', 'meter-undeleted']);
    }));

  it('is changed by one of two who saw the same sequence', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => remove(house, acme.administrator, agentId, 1)),
      );
      assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 412, 412, 412, 412]);
    }));

  it('is not changed without a sequence, nor by one of another type or with fields beside it', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      const url = `/api/v1/meters/${agentId}`;
      const call = async (method: 'DELETE' | 'POST', path: string, payload?: object) =>
        (await house.call(acme.administrator, { method, url: path, ...(payload ? { payload } : {}) }))
          .statusCode;
      assert.equal(await call('DELETE', url), 400);
      assert.equal(await call('DELETE', `${url}?sequence=x`), 400);
      assert.equal(await call('DELETE', `${url}?sequence=1&force=true`), 400);
      assert.equal(await call('POST', `${url}/undelete`), 400);
      assert.equal(await call('POST', `${url}/undelete`, { sequence: '1' }), 400);
      assert.equal(await call('POST', `${url}/undelete`, { sequence: 1, force: true }), 400);
    }));

  it('that is deleted signs in still, so that its upload is told why it is refused', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const meter = await activated(house, acme);
      assert.equal((await remove(house, acme.administrator, meter.agentId, 2)).statusCode, 200);
      assert.equal((await signIn(house, await assertionOf(house, meter))).statusCode, 200);
      assert.ok((await findMeter(house.database, acme.id, meter.agentId))!.deletedAt instanceof Date);
    }));

  it('is not deleted while somebody holds it', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const agentId = await registered(house, acme);
      for (const how of ['shared', 'alone'] as const) {
        const order: string[] = [];
        let locked = () => {};
        const isLocked = new Promise<void>((resolve) => {
          locked = resolve;
        });
        const { sequence, deletedAt } = (await findMeter(house.database, acme.id, agentId))!;
        const holding = house.database.transaction(async (transaction) => {
          await lockMeter(transaction, acme.id, agentId, how);
          locked();
          await sleep(150);
          order.push('held');
        });
        await isLocked;
        const change =
          deletedAt === undefined
            ? remove(house, acme.administrator, agentId, sequence)
            : undelete(house, acme.administrator, agentId, sequence);
        await Promise.all([holding, change.then(() => order.push('changed'))]);
        assert.deepEqual(order, ['held', 'changed'], how);
      }
    }));
});

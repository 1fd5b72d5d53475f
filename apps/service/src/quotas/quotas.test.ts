import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, test } from 'node:test';
import { packageOf, productOf, withIntake } from '../intake/testing.ts';
import { createRecordChange } from '../platform/audit/index.ts';
import { withTestDatabase } from '../platform/database/testing.ts';
import { accessOf, type House, register, registered, withHouse } from '../registry/testing.ts';
import { createQuotas } from './index.ts';

const settings = { meters: 2, uploadsPerDay: 10, uploadBytesPerDay: 1000, renderingsPerHour: 3 };
const first = (house: House, access: string) =>
  register(house, access, { agentId: randomUUID(), label: 'um' });

describe('the quota on meters', () => {
  it('refuses the one too many, lets known ones go on, and counts deleted ones no more', () =>
    withHouse(
      async (house) => {
        const acme = await house.organisation('Acme Cloud');
        const other = await house.organisation('Other Cloud');
        const agentId = await registered(house, acme);
        await registered(house, acme);
        const refused = await first(house, acme.reporter);
        assert.equal(refused.statusCode, 429, refused.body);
        const { code, quota, limit, used } = refused.json();
        assert.deepEqual([code, quota, limit, used], ['quota-exceeded', 'meters', 2, 2]);
        assert.equal(refused.headers['retry-after'], '3600');
        const known = await register(house, acme.reporter, { agentId, label: 'um46' });
        assert.equal(known.statusCode, 201, 'a known meter is no new one');
        assert.equal((await first(house, other.reporter)).statusCode, 202, 'each organisation has its own');

        const url = `/api/v1/meters/${agentId}`;
        await house.call(acme.administrator, { method: 'DELETE', url: `${url}?sequence=1` });
        assert.equal((await first(house, acme.reporter)).statusCode, 202);
        const undelete = { method: 'POST', url: `${url}/undelete`, payload: { sequence: 2 } } as const;
        assert.equal((await house.call(acme.administrator, undelete)).json().code, 'quota-exceeded');
      },
      { quotas: { meters: 2 } },
    ));

  it('holds when many register at once', () =>
    withHouse(
      async (house) => {
        const acme = await house.organisation('Acme Cloud');
        const answers = await Promise.all(Array.from({ length: 8 }, () => first(house, acme.reporter)));
        const statuses = answers.map(({ statusCode }) => statusCode).sort();
        assert.deepEqual(statuses, [202, 202, 202, 429, 429, 429, 429, 429]);
      },
      { quotas: { meters: 3 } },
    ));
});

describe('the quotas on uploads', () => {
  for (const [name, limit] of [
    ['uploadsPerDay', () => 1],
    // The second package is as long as the first, more or less.
    ['uploadBytesPerDay', (bytes: number) => Math.floor(bytes * 1.5)],
  ] as const)
    it(`refuse the package beyond ${name}, until the next day begins`, async () => {
      let bytes = 0;
      await withIntake(async (house) => {
        bytes = (await packageOf(house.database, await house.meter())).file.length;
      });
      await withIntake(
        async (house) => {
          const meter = await house.meter();
          const one = await packageOf(house.database, meter);
          const two = await packageOf(house.database, meter, {
            number: 2,
            previous: one.digest,
            products: [productOf(meter, [{ hour: '2023-03-01T00:00:00Z', status: 'collected' }])],
          });
          assert.equal((await house.send(meter, one.file)).statusCode, 202);
          const refused = await house.send(meter, two.file);
          assert.equal(refused.statusCode, 429, refused.body);
          assert.deepEqual([refused.json().code, refused.json().quota], ['quota-exceeded', name]);
          assert.equal(refused.headers['retry-after'], String(14 * 3600));
          assert.equal(refused.json().resetsAt, '2023-03-11T00:00:00.000Z');
          const [row] = await house.database.query<{ n: number }>('select count(*)::int as n from uploads');
          assert.equal(row!.n, 1, 'nothing of what was refused is recorded');
          house.now = new Date('2023-03-11T00:00:00Z');
          const later = await house.send(meter, two.file);
          assert.equal(later.statusCode, 202, later.body);
        },
        { quotas: { [name]: limit(bytes) } },
      );
    });
});

test('of packages that come at once, none beyond the quota is taken', async () => {
  await withIntake(
    async (house) => {
      const organisation = await house.organisation();
      const meters = await Promise.all([1, 2, 3, 4].map(() => house.meter(organisation)));
      const files = await Promise.all(meters.map((meter) => packageOf(house.database, meter)));
      const answers = await Promise.all(meters.map((meter, index) => house.send(meter, files[index]!.file)));
      assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [202, 202, 429, 429]);
      const [row] = await house.database.query<{ n: number }>('select count(*)::int as n from uploads');
      assert.equal(row!.n, 2);
    },
    { quotas: { uploadsPerDay: 2 } },
  );
});

test('what a change counts is rolled back with it, and two at once cannot both have the last place', () =>
  withTestDatabase(async (database) => {
    const [row] = await database.query<{ id: string }>(
      "insert into organisations (name) values ('A') returning id",
    );
    const clock = () => new Date('2023-01-15T10:20:30Z');
    const quotas = createQuotas({ database, recordChange: createRecordChange(clock), clock, settings });
    const take = (amount: number) =>
      database.transaction((transaction) => quotas.take(transaction, row!.id, { renderingsPerHour: amount }));
    const used = async () =>
      (await quotas.uses(database, row!.id)).find(({ quota }) => quota === 'renderingsPerHour');
    await assert.rejects(take(4), { code: 'quota-exceeded' });
    assert.deepEqual(await used(), {
      quota: 'renderingsPerHour',
      limit: 3,
      used: 0,
      resetsAt: '2023-01-15T11:00:00.000Z',
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => take(1)));
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3);
    assert.equal((await used())?.used, 3);
    await assert.rejects(take(1), (error: { headers: Record<string, string>; members: object }) => {
      assert.equal(error.headers['Retry-After'], '2370');
      assert.deepEqual(error.members, {
        quota: 'renderingsPerHour',
        limit: 3,
        used: 3,
        resetsAt: '2023-01-15T11:00:00.000Z',
      });
      return true;
    });
  }));

describe('the quotas of an organisation', () => {
  const url = ({ id }: { id: string }) => `/api/v1/organisations/${id}/quotas`;
  async function operatorOf(house: House): Promise<string> {
    const [row] = await house.database.query<{ id: string }>(
      "insert into organisations (name, is_operator) values ('Operators', true) returning id",
    );
    return (await accessOf(house, row!.id, 'operator')).access;
  }

  it('are set by operators alone, all at once, and told to its callers', () =>
    withHouse(async (house) => {
      const acme = await house.organisation('Acme Cloud');
      const operator = await operatorOf(house);
      const put = (access: string, payload: object) =>
        house.call(access, { method: 'PUT', url: url(acme), payload });
      assert.equal((await put(acme.administrator, { sequence: 0, meters: 9 })).statusCode, 403);
      assert.equal((await house.call(acme.administrator, { url: url(acme) })).statusCode, 403);
      const set = await put(operator, { sequence: 0, meters: 1, uploadsPerDay: 0 });
      assert.equal(set.statusCode, 200, set.body);
      const { sequence, meters, renderingsPerHour, items } = set.json();
      assert.deepEqual([sequence, meters, renderingsPerHour], [1, 1, null]);
      const told = (await house.call(acme.reader, { url: '/api/v1/quotas' })).json().items;
      assert.deepEqual(told, items);
      const limits = told.map(({ quota, limit }: { quota: string; limit: number }) => [quota, limit]);
      assert.deepEqual(limits, [
        ['meters', 1],
        ['uploadsPerDay', 0],
        ['uploadBytesPerDay', 1e12],
        ['renderingsPerHour', 1000],
      ]);
      await registered(house, acme);
      assert.equal((await first(house, acme.reporter)).statusCode, 429);
      assert.equal((await put(operator, { sequence: 0 })).statusCode, 412);
      assert.equal(
        (await put(operator, { sequence: 1 })).json().meters,
        null,
        'left out: what the service is set to',
      );
      assert.equal((await first(house, acme.reporter)).statusCode, 202);
      const shown = await house.call(operator, { url: url(acme) });
      assert.equal(shown.json().sequence, 2);
      assert.equal((await house.actions()).filter((action) => action === 'quotas-set').length, 2);
    }));

  it('are refused with every fault at once, and unknown organisations are told', () =>
    withHouse(async (house) => {
      const operator = await operatorOf(house);
      const bad = await house.call(operator, {
        method: 'PUT',
        url: url({ id: randomUUID() }),
        payload: { meters: -1, uploadsPerDay: '5', uploadBytesPerDay: 1.5, price: 1 },
      });
      const pointers = bad.json().errors.map(({ pointer }: { pointer: string }) => pointer);
      assert.deepEqual([...new Set(pointers)].sort(), [
        '/meters',
        '/price',
        '/sequence',
        '/uploadBytesPerDay',
        '/uploadsPerDay',
      ]);
      const nobody = await house.call(operator, { url: url({ id: randomUUID() }) });
      assert.equal(nobody.json().code, 'organisation-unknown');
    }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rebuild } from '@meterhouse/contract';
import { bearer, type IntakeHouse, packageOf, productOf, type TestMeter, vm, withIntake } from './testing.ts';

const H = (hour: number) => `2023-03-01T${String(hour).padStart(2, '0')}:00:00Z`;

/** Two loaded packages, the second of which raised an hour of the first. */
async function loaded(house: IntakeHouse): Promise<TestMeter> {
  const meter = await house.meter();
  const first = await packageOf(house.database, meter, {
    products: [
      productOf(meter, [
        { hour: H(0), status: 'collected' },
        { hour: H(1), status: 'partial', covered: [[H(1), H(1).replace('00:00Z', '30:00Z')]] },
      ]),
    ],
    records: { vm: [vm(meter), vm(meter, { hour: H(1), vcpus: 1 })] },
  });
  const second = await packageOf(house.database, meter, {
    number: 2,
    previous: first.digest,
    products: [productOf(meter, [{ hour: H(1), status: 'collected' }])],
    records: { vm: [vm(meter, { hour: H(1), vcpus: 2 })] },
  });
  for (const { file } of [first, second]) assert.equal((await house.send(meter, file)).statusCode, 202);
  await house.runJobs();
  assert.deepEqual(await house.totals(meter), { rows: 2, weight: String(1800 * (4 + 2)) });
  return meter;
}

const operator = { authorization: bearer({ organisationId: '', role: 'operator', actor: 'token:operator' }) };

async function rebuild(house: IntakeHouse): Promise<Rebuild> {
  const started = await house.app.inject({ method: 'POST', url: '/api/v1/rebuilds', headers: operator });
  assert.equal(started.statusCode, 202, started.body);
  await house.runJobs();
  const { rebuildId } = started.json();
  return (await house.app.inject({ url: `/api/v1/rebuilds/${rebuildId}`, headers: operator })).json();
}

test('rows that were lost are loaded again from the archive, and rows that nobody recorded go', async () => {
  await withIntake(async (house) => {
    const meter = await loaded(house);
    const before = await house.totals(meter);
    assert.deepEqual(await house.usage.mend(), []);
    await house.engine.loads.command(
      'DELETE FROM usage_vm WHERE meter = {meter:UInt64} AND hour = {hour:UInt32} SETTINGS lightweight_deletes_sync = 2',
      { meter: meter.id, hour: Date.parse(H(0)) / 1000 },
    );
    const differences = await house.usage.mend();
    assert.deepEqual(
      differences.map(({ recorded, found }) => [recorded.vm, found.vm]),
      [[1, 0]],
    );
    await house.runJobs();
    assert.deepEqual(await house.totals(meter), before);
    assert.deepEqual(await house.usage.mend(), []);
  });
});

test('a move that was not recorded before a crash is not repeated', async () => {
  await withIntake(async (house) => {
    const meter = await loaded(house);
    const before = await house.totals(meter);
    await house.database.query("update uploads set state = 'accepted' where meter_id = $1", [meter.id]);
    const uploads = await house.database.query<{ id: string }>('select id from uploads where meter_id = $1', [
      meter.id,
    ]);
    for (const { id } of [...uploads, ...uploads]) await house.usage.load({ uploadId: id });
    assert.deepEqual(await house.totals(meter), before);
  });
});

test('a rebuild finds nothing where nothing differs, and puts right and tells what does', async () => {
  await withIntake(async (house) => {
    const meter = await loaded(house);
    const before = await house.totals(meter);
    const clean = await rebuild(house);
    assert.ok(clean.finishedAt);
    assert.deepEqual(
      clean.months.map(({ slices, differences }) => ({ slices, differences })),
      [{ slices: 2, differences: [] }],
    );
    await house.engine.loads.command(
      `ALTER TABLE usage_vm UPDATE vcpus = 63 WHERE meter = {meter:UInt64} AND hour = {hour:UInt32} SETTINGS mutations_sync = 2`,
      { meter: meter.id, hour: Date.parse(H(1)) / 1000 },
    );
    await house.database.query(
      "update slices set digest = decode(repeat('ab', 16), 'hex') where meter_id = $1 and hour = $2",
      [meter.id, H(0)],
    );
    const found = await rebuild(house);
    assert.deepEqual(found.months[0]!.differences.map(({ what, hour }) => [what, hour]).sort(), [
      ['slice-digest', H(0)],
      ['usage-rows', H(1)],
    ]);
    assert.deepEqual(await house.totals(meter), before);
    assert.deepEqual(
      (await rebuild(house)).months[0]!.differences.map(({ what }) => what),
      ['slice-digest'],
    );
  });
});

test('coverage tells each hour, what is missing, and what another meter wins', async () => {
  await withIntake(async (house) => {
    const meter = await loaded(house);
    house.now = new Date('2023-03-01T06:10:00Z');
    const earlier = await house.meter(meter.organisationId);
    await house.database.query("update meters set registered_at = '2020-01-01' where id = $1", [earlier.id]);
    const rival = { ...earlier, product: meter.product };
    const { file } = await packageOf(house.database, rival, { records: { vm: [vm(rival)] } });
    assert.equal((await house.send(rival, file)).statusCode, 202);
    const answer = await house.app.inject({
      url: `/usage/api/v1/agents/${meter.agentId}/coverage/2023/3`,
      headers: {
        authorization: bearer({ organisationId: meter.organisationId, role: 'reporter', actor: 'x' }),
      },
    });
    const [product] = answer.json().products;
    assert.deepEqual(
      [product.expectedSeconds, product.coveredSeconds, product.missingSeconds],
      [4 * 3600, 2 * 3600, 2 * 3600],
    );
    assert.deepEqual(product.hours, [
      { from: H(0), to: H(1), state: 'overlapping' },
      { from: H(1), to: H(2), state: 'collected' },
      { from: H(2), to: H(4), state: 'missing' },
    ]);
    const stranger = await house.app.inject({
      url: `/usage/api/v1/agents/${meter.agentId}/coverage/2023/3`,
      headers: {
        authorization: bearer({ organisationId: await house.organisation(), role: 'reporter', actor: 'x' }),
      },
    });
    assert.equal(stranger.statusCode, 404);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bearer,
  type IntakeHouse,
  packageOf,
  productOf,
  type TestMeter,
  withIntake,
} from '../../intake/testing.ts';
import { createShowMeter } from '../../registry/describe-meters.ts';
import { coverageOfMonth } from '../coverage/coverage-of-month.ts';
import { figuresOfMonths } from './figures-of-months.ts';

const H = (hour: number, month = '2023-03') =>
  `${month}-${String(1 + Math.floor(hour / 24)).padStart(2, '0')}T${String(hour % 24).padStart(2, '0')}:00:00Z`;
const get = async (house: IntakeHouse, { organisationId }: TestMeter, url: string) =>
  house.app.inject({
    url,
    headers: { authorization: bearer({ organisationId, role: 'reader', actor: 'token:test' }) },
  });

/** The figures of a month, and the same added up from the coverage of its meters. */
async function bothWays(house: IntakeHouse, meters: readonly TestMeter[], month: string) {
  const item = (await get(house, meters[0]!, `/api/v1/months/${month}`)).json();
  const [year, number] = month.split('-');
  const added = { expected: 0, missing: 0, products: 0 };
  for (const meter of meters) {
    const url = `/usage/api/v1/agents/${meter.agentId}/coverage/${year}/${number}`;
    for (const product of (await get(house, meter, url)).json().products) {
      added.products += 1;
      added.expected += product.expectedSeconds;
      added.missing += product.missingSeconds;
    }
  }
  return { item, added };
}

test('a month adds up what its meters cover, to the second, while it runs and when it is over', () =>
  withIntake(async (house) => {
    const one = await house.meter();
    const two = await house.meter(one.organisationId);
    const stranger = await house.meter();
    house.now = new Date('2023-03-01T12:30:00Z');
    const half: [string, string] = [H(2), H(2).replace('00:00Z', '30:00Z')];
    const sent = [
      await house.send(
        one,
        (
          await packageOf(house.database, one, {
            records: {},
            products: [
              productOf(one, [
                { hour: H(1), status: 'collected' },
                { hour: H(2), status: 'partial', covered: [half] },
                { hour: H(3), status: 'unreachable' },
                // Within the two hours of grace: neither expected nor counted as covered yet.
                { hour: H(11), status: 'collected' },
              ]),
            ],
          })
        ).file,
      ),
      await house.send(
        two,
        (
          await packageOf(house.database, two, {
            records: {},
            products: [productOf(two, [{ hour: H(0), status: 'collected' }], { retired: H(4) })],
          })
        ).file,
      ),
      await house.send(stranger, (await packageOf(house.database, stranger)).file),
    ];
    for (const answer of sent) assert.equal(answer.statusCode, 202, answer.body);

    for (const now of ['2023-03-01T12:30:00Z', '2023-03-20T00:00:00Z', '2023-05-01T00:00:00Z']) {
      house.now = new Date(now);
      const { item, added } = await bothWays(house, [one, two], '2023-03');
      assert.equal(item.hours.expected, added.expected / 3600, now);
      assert.equal(Number(item.hours.missing), added.missing / 3600, now);
      assert.equal(item.products, added.products, now);
    }
    const { item } = await bothWays(house, [one, two], '2023-03');
    assert.deepEqual([item.month, item.state, item.meters], ['2023-03', 'open', 2]);
    assert.deepEqual(item.uploads, { taken: 2, late: 0, refused: 0 });
    const { collected, partial, unreachable } = item.hours;
    assert.deepEqual([collected, partial, unreachable], [3, 1, 1]);
    // 743 hours from hour 1 less 2.5 collected ones; 4 hours until the retirement less 1.
    assert.equal(item.hours.missing, '743.500');
    assert.deepEqual(item.reports, { current: 0, pending: 0 });
  }));

test('a product that came back after its retirement is expected again: one that vanishes then is a gap in the months after', () =>
  withIntake(async (house) => {
    const meter = await house.meter();
    let previous: string | null = null;
    let number = 0;
    const send = async (month: string, hours: readonly number[], retired?: number) => {
      number += 1;
      const { file, digest }: { file: Buffer; digest: string } = await packageOf(house.database, meter, {
        number,
        previous,
        month,
        records: {},
        products: [
          productOf(
            meter,
            hours.map((hour) => ({ hour: H(hour, month), status: 'collected' as const })),
            retired === undefined ? {} : { retired: H(retired, month) },
          ),
        ],
      });
      previous = digest;
      const answer = await house.send(meter, file);
      assert.equal(answer.statusCode, 202, answer.body);
    };
    const figures = async (month: string) => {
      // A month that no package came for is no resource, so the statement is asked itself.
      const months = await figuresOfMonths(house.database, meter.organisationId, [month], house.now);
      const { expected, missing } = months.get(month)!.hours;
      const { added } = await bothWays(house, [meter], month);
      assert.equal(expected, added.expected / 3600, month);
      assert.equal(Number(missing), added.missing / 3600, month);
      return [expected, missing];
    };
    const show = createShowMeter({ coverageOf: coverageOfMonth, clock: () => house.now });
    const shown = async () =>
      (await show(house.database, meter.organisationId, meter.agentId))?.products[0]?.retiredHour;
    house.now = new Date('2023-06-20T12:00:00Z');
    // Ten hours of January, retired; away all February; three hours of March, retired twice within it.
    await send('2023-01', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10);
    assert.deepEqual(await figures('2023-01'), [10, '0.000']);
    await send('2023-03', [100]);
    assert.equal(await shown(), undefined);
    assert.deepEqual(await figures('2023-03'), [644, '643.000']);
    await send('2023-03', [101], 102);
    assert.equal(await shown(), H(102, '2023-03'));
    await send('2023-03', [200], 201);
    // Back in April, and vanished in it without a word: May and June have no hour of it and it is expected in both.
    await send('2023-04', [48]);
    assert.deepEqual(await figures('2023-01'), [10, '0.000']);
    assert.deepEqual(await figures('2023-02'), [0, '0.000']);
    assert.deepEqual(await figures('2023-03'), [3, '0.000']);
    assert.deepEqual(await figures('2023-04'), [672, '671.000']);
    assert.deepEqual(await figures('2023-05'), [744, '744.000']);
    assert.deepEqual(await figures('2023-06'), [466, '466.000']);
    assert.equal(await shown(), undefined);
  }));

test('months come newest first, filtered and paged; one that no package came for is unknown', () =>
  withIntake(async (house) => {
    const meter = await house.meter();
    let previous: string | null = null;
    for (const [index, month] of ['2023-01', '2023-02', '2023-03'].entries()) {
      const made: { file: Buffer; digest: string } = await packageOf(house.database, meter, {
        number: index + 1,
        previous,
        month,
        records: {},
        products: [productOf(meter, [{ hour: H(0, month), status: 'unreachable' }])],
      });
      previous = made.digest;
      assert.equal((await house.send(meter, made.file)).statusCode, 202);
    }
    await house.database.query("update months set state = 'closed' where month = '2023-01-01'");
    const months = async (query: string) => {
      const answer = (await get(house, meter, `/api/v1/months?${query}`)).json();
      return answer.items.map(({ month }: { month: string }) => month);
    };
    assert.deepEqual(await months(''), ['2023-03', '2023-02', '2023-01']);
    assert.deepEqual(await months('filter=state==closed'), ['2023-01']);
    assert.deepEqual(await months('filter=month=ge=2023-02&sort=month'), ['2023-02', '2023-03']);
    const page = (await get(house, meter, '/api/v1/months?limit=2')).json();
    assert.deepEqual(await months(`limit=2&cursor=${page.nextCursor}`), ['2023-01']);
    const other = await house.meter();
    assert.deepEqual((await get(house, other, '/api/v1/months')).json(), { items: [] });
    assert.equal((await get(house, other, '/api/v1/months/2023-03')).statusCode, 404);
    assert.equal((await get(house, meter, '/api/v1/months/2023-13')).statusCode, 400);
  }));

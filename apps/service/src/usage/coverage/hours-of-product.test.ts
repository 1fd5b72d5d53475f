import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOf, parseMonth } from '@meterhouse/metering';
import { runsOfProduct } from './hours-of-product.ts';

test('a partial hour tells how much of it was seen, and hours seen unlike are no run', () => {
  const at = (hour: number, minute = 0) =>
    instantOf(`2023-01-01T0${hour}:${String(minute).padStart(2, '0')}:00Z`);
  const partial = (hour: number, ...spans: (readonly [number, number])[]) => ({
    hour: at(hour),
    status: 'partial' as const,
    covered: spans,
  });
  const product = {
    product: 'a',
    type: 'vCenter',
    version: '8',
    life: { firstHour: at(0), absences: [{ from: at(4), to: Infinity }] },
    hours: [
      { hour: at(0), status: 'collected' as const },
      partial(1, [at(1), at(1, 10)], [at(1, 30), at(1, 50)]),
      partial(2, [at(2, 15), at(2, 45)]),
      partial(3, [at(3), at(3, 1)]),
    ],
    expected: 0,
    covered: 0,
    missing: 0,
  };
  const runs = runsOfProduct(product, parseMonth('2023-01'), new Set(), new Date('2023-02-02'));
  assert.deepEqual(
    runs.map(({ from, to, state, coveredSeconds }) => [
      from.slice(11, 13),
      to.slice(11, 13),
      state,
      coveredSeconds,
    ]),
    [
      ['00', '01', 'collected', undefined],
      ['01', '03', 'partial', 1800],
      ['03', '04', 'partial', 60],
    ],
  );
});

test('hours in which a product was retired are none of its runs, and those after its return are', () => {
  const at = (hour: number) => instantOf(`2023-01-01T0${hour}:00:00Z`);
  const product = {
    product: 'a',
    type: 'vCenter',
    version: '8',
    life: { firstHour: at(0), absences: [{ from: at(2), to: at(5) }] },
    hours: [
      { hour: at(0), status: 'collected' as const },
      { hour: at(5), status: 'collected' as const },
    ],
    expected: 0,
    covered: 0,
    missing: 0,
  };
  const runs = runsOfProduct(product, parseMonth('2023-01'), new Set(), new Date('2023-01-01T09:10:00Z'));
  assert.deepEqual(
    runs.map(({ from, to, state }) => [from.slice(11, 13), to.slice(11, 13), state]),
    [
      ['00', '01', 'collected'],
      ['01', '02', 'missing'],
      ['05', '06', 'collected'],
      ['06', '07', 'missing'],
    ],
  );
});

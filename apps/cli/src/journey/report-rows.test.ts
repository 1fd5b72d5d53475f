import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterRows, sortRows, totalsOf } from './report-rows.ts';

const report = {
  columns: ['Product', 'Unit of Measure', 'Units to be Reported', 'Points'],
  rows: [
    ['vRAM', 'GB', '1567.031', '7835.155'],
    ['Operations, add-on', 'GB', '567.373', '1702.119'],
    ['Protected machines', 'machines', '12', ''],
  ],
};
const kept = (filter: string) => filterRows(report, filter).rows.map(([product]) => product);

test('rows are filtered by any column, with and, or, anything and figures', () => {
  assert.deepEqual(kept('Product==vRAM'), ['vRAM']);
  assert.deepEqual(kept('product!=*RAM'), ['Operations, add-on', 'Protected machines']);
  assert.deepEqual(kept('Units to be Reported=gt=12.000;unitofmeasure==GB'), ['vRAM', 'Operations, add-on']);
  assert.deepEqual(kept('UnitsToBeReported==12.0,Points=lt=2000'), [
    'Operations, add-on',
    'Protected machines',
  ]);
  assert.deepEqual(kept('Product=="Operations, add-on"'), ['Operations, add-on']);
});

test('every fault of a filter is named', () => {
  assert.throws(
    () => kept('Produkt==x;what,Points=gt=1'),
    (error: Error & { faults: string[] }) => {
      assert.equal(error.faults.length, 2);
      assert.match(error.faults[0]!, /no column "Produkt". There are: Product, /);
      assert.match(error.faults[1]!, /"what" is no comparison/);
      return true;
    },
  );
});

test('rows are sorted by figures, then by letters', () => {
  const products = (sort: string) => sortRows(report, sort).rows.map(([product]) => product![0]);
  assert.deepEqual(products('unitsToBeReported'), ['P', 'O', 'v']);
  assert.deepEqual(products('Unit of Measure,-Points'), ['v', 'O', 'P']);
  assert.throws(() => products('nothing'), /--sort has faults/);
});

test('totals are exact, and of nothing that cannot be added', () => {
  assert.deepEqual([...totalsOf(report)], [['Points', '9537.274']]);
  assert.deepEqual(
    [...totalsOf(filterRows(report, 'unitofmeasure==GB'))],
    [
      ['Units to be Reported', '2134.404'],
      ['Points', '9537.274'],
    ],
  );
  assert.deepEqual([...totalsOf({ ...report, rows: [] })], []);
});

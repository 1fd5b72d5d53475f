import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawReport } from './report-table.ts';

const report = {
  columns: ['VM', 'Name', 'Customer', 'Hours'],
  rows: [
    ['00c618b5-6a80-8993-9220-50c8635e2635', 'web-1', '', '1.500'],
    ['01c618b5-6a80-8993-9220-50c8635e2635', 'web-2', '', '12.000'],
  ],
};

test('a report is drawn aligned, without the columns that have nothing', () => {
  assert.deepEqual(drawReport(report, { limit: 9 }).split('\n'), [
    '  VM                                    Name    Hours',
    `  ${'─'.repeat(51)}`,
    '  00c618b5-6a80-8993-9220-50c8635e2635  web-1   1.500',
    '  01c618b5-6a80-8993-9220-50c8635e2635  web-2  12.000',
  ]);
});

test('where room is short, UUIDs are cut, then columns are named instead of shown', () => {
  assert.deepEqual(drawReport(report, { limit: 1, width: 18 }).split('\n'), [
    '  VM         Name',
    `  ${'─'.repeat(16)}`,
    '  00c618b5…  web-1',
    '  … and 1 more',
    '  Not shown for want of room: Hours',
  ]);
});

test('a report without rows says so', () => {
  assert.match(drawReport({ columns: ['VM'], rows: [] }, { limit: 9 }), /The report has no row/);
});

const history = {
  columns: ['vcId', 'VM', 'Name', 'Start', 'End', 'Billed vRAM GB', 'License Category'],
  rows: ['1', '2'].map((day) => [
    'ffd2beeb-6a80-8993-9220-50c8635e2635',
    `0${day}c618b5-6a80-8993-9220-50c8635e2635`,
    'a name of a machine that is longer than anybody needs it',
    `2023-01-0${day}T05:00:00Z`,
    '2023-02-01T00:00:00Z',
    day === '1' ? '4' : '0.125',
    'rental',
  ]),
};

test('where room is short, what is alike is said once and the columns that tell most stay', () => {
  const lines = drawReport(history, { limit: 9, width: 46 }).split('\n');
  assert.ok(
    lines.slice(1).every(({ length }) => length <= 46),
    lines.join('\n'),
  );
  assert.equal(
    lines[0],
    '  In every row here: vcId ffd2beeb…, Name a name of a machine tha…, End 02-01 00:00, Category rental',
  );
  assert.deepEqual(lines.slice(1), [
    '  VM         Start        vRAM GB',
    `  ${'─'.repeat(31)}`,
    '  01c618b5…  01-01 05:00    4',
    '  02c618b5…  01-02 05:00    0.125',
  ]);
});

test('a total is a last line of its own, below figures whose points stand below each other', () => {
  const rows = [
    ['vRAM', 'GB', '1567.03'],
    ['Machines', '', '12'],
  ];
  const drawn = drawReport(
    { columns: ['Product', 'Unit', 'Points'], rows },
    { limit: 1, totals: new Map([['Points', '1579.03']]) },
  );
  assert.deepEqual(drawn.split('\n'), [
    '  Product  Unit   Points',
    `  ${'─'.repeat(22)}`,
    '  vRAM     GB    1567.03',
    `  ${'─'.repeat(22)}`,
    '  Total          1579.03',
    '  … and 1 more, which the total counts',
  ]);
});

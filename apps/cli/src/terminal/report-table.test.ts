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

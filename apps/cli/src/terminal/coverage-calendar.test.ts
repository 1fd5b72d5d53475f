import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawCalendar } from './coverage-calendar.ts';

test('each hour of a month stands at its place, and hours that are not expected are blank', () => {
  const lines = drawCalendar([
    { from: '2023-01-01T22:00:00Z', to: '2023-01-02T02:00:00Z', state: 'collected' },
    { from: '2023-01-02T02:00:00Z', to: '2023-01-02T03:00:00Z', state: 'partial' },
    { from: '2023-01-02T04:00:00Z', to: '2023-01-02T05:00:00Z', state: 'missing' },
  ]).map(stripVTControlCharacters);
  assert.deepEqual(lines, [
    '              00          06          12          18',
    `  2023-01-01  ${'  '.repeat(22)}■ ■`,
    '  2023-01-02  ■ ■ ◧   ·',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { drawCalendar, drawStrip } from './coverage-calendar.ts';

test('each hour of a month stands at its place, and hours that are not expected are blank', () => {
  const lines = drawCalendar([
    { from: '2023-01-01T22:00:00Z', to: '2023-01-02T02:00:00Z', state: 'collected' },
    { from: '2023-01-02T02:00:00Z', to: '2023-01-02T03:00:00Z', state: 'partial', coveredSeconds: 2400 },
    { from: '2023-01-02T04:00:00Z', to: '2023-01-02T05:00:00Z', state: 'missing' },
  ]).map(stripVTControlCharacters);
  assert.deepEqual(lines, [
    '              00          06          12          18',
    `  2023-01-01  ${'  '.repeat(22)}■ ■`,
    `  2023-01-02  ■ ■ ◧   ·${' '.repeat(38)}  1 h missing, 1 h partial (40 min seen)`,
  ]);
});

test('a month in one line shows the worst hour of each day of any product', () => {
  const day = (number: number, state: 'collected' | 'missing' | 'overlapping', hours = 24) => {
    const from = `2023-02-0${number}T00:00:00Z`;
    return {
      from,
      to: new Date(Date.parse(from) + hours * 3_600_000).toISOString().replace('.000', ''),
      state,
    };
  };
  const strip = drawStrip('2023-02', [
    [day(3, 'missing', 1)],
    [day(1, 'collected', 72)],
    [day(2, 'overlapping')],
  ]);
  assert.equal(stripVTControlCharacters(strip), `■▣·${' '.repeat(25)}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { PartKind } from '@meterhouse/contract';
import { recordLine } from '@meterhouse/metering';
import { mangledLines } from './mangled-lines.ts';
import { EXAMPLES, readByBoth } from './testing.ts';

const KINDS = ['vm', 'host', 'cluster'] as const;

for (const kind of KINDS)
  test(`of ${kind} lines that are mangled in every way known, both readers take the good ones alone`, async () => {
    for (const [title, text] of mangledLines(kind)) {
      const { engine, plain } = await readByBoth(kind, { text });
      assert.deepEqual(
        { title, engine, plain },
        { title, engine: title === 'good', plain: title === 'good' },
      );
    }
  });

/** A span of the example's thing, from and to a minute of its hour. */
function spanLine(kind: PartKind, from: number, to: number): string {
  const at = (minute: number) => new Date(Date.UTC(2023, 0, 1, 0, minute)).toISOString().replace('.000', '');
  return recordLine(kind, { ...EXAMPLES[kind], started: at(from), ended: at(to) });
}

test('spans of one thing may touch and must not overlap', async () => {
  const cases: readonly (readonly [boolean, ...(readonly [number, number])[]])[] = [
    [true, [0, 20], [20, 40], [40, 60]],
    [true, [40, 60], [0, 20], [20, 40]],
    [true, [0, 1], [59, 60]],
    [false, [0, 21], [20, 40]],
    [false, [20, 40], [0, 21]],
    [false, [0, 60], [20, 40]],
    [false, [0, 20], [0, 20]],
    [false, [0, 20], [0, 10]],
    [false, [0, 60], [10, 20], [30, 40]],
    [false, [10, 20], [30, 40], [39, 60]],
  ];
  for (const kind of KINDS)
    for (const [good, ...spans] of cases) {
      const text = spans.map(([from, to]) => spanLine(kind, from, to)).join('');
      const { engine, plain } = await readByBoth(kind, { text });
      assert.deepEqual({ kind, spans, engine, plain }, { kind, spans, engine: good, plain: good });
    }
});

test('other things may run at the same time', async () => {
  const { engine, plain } = await readByBoth('vm', {
    text:
      recordLine('vm', EXAMPLES.vm) +
      recordLine('vm', { ...EXAMPLES.vm, vm: '00000000-0000-0000-0000-000000000000' }),
  });
  assert.deepEqual([engine, plain], [true, true]);
});

test('a number of records other than announced is refused', async () => {
  const text = recordLine('host', EXAMPLES.host) + recordLine('host', { ...EXAMPLES.host, host: 'b' });
  for (const records of [1, 3, 1_000_000]) {
    const { engine, plain } = await readByBoth('host', { text, records });
    assert.deepEqual([engine, plain], [false, false]);
  }
});

test('a part that is not one plain gzip member is refused', async () => {
  const line = recordLine('vm', EXAMPLES.vm);
  const other = recordLine('vm', { ...EXAMPLES.vm, vm: '00000000-0000-0000-0000-000000000000' });
  const [one, two, empty] = [gzipSync(line), gzipSync(other), gzipSync('')];
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ['two members', Buffer.concat([one, two]), 2],
    ['an empty one before', Buffer.concat([empty, one]), 1],
    ['an empty one after', Buffer.concat([one, empty]), 1],
    ['bytes behind', Buffer.concat([one, Buffer.alloc(9)]), 1],
    ['cut off', one.subarray(0, -1), 1],
    ['cut off in the data', one.subarray(0, 60), 1],
    ['another checksum', Buffer.concat([one.subarray(0, -8), Buffer.alloc(4), one.subarray(-4)]), 1],
    ['another length', Buffer.concat([one.subarray(0, -4), Buffer.of(1, 0, 0, 0)]), 1],
    ['no gzip', Buffer.from(line), 1],
    [
      'a name',
      Buffer.concat([
        one.subarray(0, 3),
        Buffer.of(8),
        one.subarray(4, 10),
        Buffer.from('a\0'),
        one.subarray(10),
      ]),
      1,
    ],
  ];
  for (const [title, packed, records] of cases) {
    const { engine, plain } = await readByBoth('vm', { text: '', packed, records });
    assert.deepEqual({ title, engine, plain }, { title, engine: false, plain: false });
  }
});

test('a bomb of one long line or of many short ones is refused', async () => {
  const long = recordLine('vm', { ...EXAMPLES.vm, name: 'x'.repeat(30_000_000) });
  const many = '\n'.repeat(5_000_000);
  const doubled = recordLine('vm', EXAMPLES.vm).repeat(60_000);
  for (const [text, records] of [
    [long, 1],
    [many, 5_000_000],
    [doubled, 1],
  ] as const) {
    const { engine, plain } = await readByBoth('vm', { text, records });
    assert.deepEqual([engine, plain], [false, false]);
  }
});

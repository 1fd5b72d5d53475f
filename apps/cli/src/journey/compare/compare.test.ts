import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { REPORTS } from '@meterhouse/contract';
import { meterhouse } from '../../../test/meterhouse.ts';
import { compareTables } from './compare-tables.ts';

const { columns } = REPORTS.MONTHLY_USAGE;
const row = (product: string, units: string, points = units, site = '') => [
  product,
  'GB',
  units,
  `SKU-${product}`,
  points,
  '1012345',
  site,
  '0.000',
];
const report = (...rows: string[][]) => ({ columns: [...columns], rows });

test('lines are met by their key, and figures differ exactly', () => {
  const compared = compareTables(
    report(row('a', '1.100'), row('b', '2'), row('gone', '5')),
    report(row('come', '7'), row('b', '2'), row('a', '1.3')),
  );
  assert.deepEqual(
    compared.added.map(({ Product }) => Product),
    ['come'],
  );
  assert.deepEqual(
    compared.removed.map(({ Product }) => Product),
    ['gone'],
  );
  assert.deepEqual(compared.changed, [
    {
      key: { Contract: '1012345', Site: '', SKU: 'SKU-a', Product: 'a' },
      columns: {
        'Units to be Reported': { from: '1.100', to: '1.3', difference: '0.200' },
        Points: { from: '1.100', to: '1.3', difference: '0.200' },
      },
    },
  ]);
  assert.equal(compared.unchanged, 1);
  assert.deepEqual(compared.totals.Points, { from: '8.100', to: '10.3', difference: '2.200' });
});

test('lines of one key are paired with their equals first', () => {
  const compared = compareTables(
    report(row('a', '1'), row('a', '2')),
    report(row('a', '2'), row('a', '3'), row('a', '4')),
  );
  assert.deepEqual(
    [compared.changed.length, compared.added.length, compared.removed.length, compared.unchanged],
    [1, 1, 0, 1],
  );
  assert.equal(compared.changed[0]!.columns.Points!.to, '3');
});

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'compare-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

async function save(path: string, ...rows: string[][]): Promise<string> {
  const text = [columns, ...rows].map((cells) => `${cells.join('\t')}\n`).join('');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, path.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

test('two files: 0 when equal whether packed or not, 8 when they differ, 6 when one is no report', async (t) => {
  const root = await folder(t);
  const a = await save(join(root, 'a.tsv.gz'), row('a', '1.5'));
  const same = await save(join(root, 'same.tsv'), row('a', '1.5'));
  const b = await save(join(root, 'b.tsv'), row('a', '2'), row('b', '1'));
  const equal = await meterhouse(['reports', 'diff', a, same]);
  assert.deepEqual([equal.status, equal.stdout], [0, 'Equal: 1 report.\n']);
  const differ = await meterhouse(['reports', 'diff', a, b]);
  assert.equal(differ.status, 8);
  assert.match(
    differ.stdout,
    /~ Contract 1012345, SKU SKU-a, Product a\n {4}Units to be Reported: 1\.5 → 2 {2}\(\+0\.5\)/,
  );
  assert.match(
    differ.stdout,
    /1 line added, 0 removed, 1 changed, 0 equal\n {2}Total Units to be Reported: 1\.5 → 3 {2}\(\+1\.5\)/,
  );
  const json = await meterhouse(['reports', 'diff', a, b, '--json']);
  assert.equal((JSON.parse(json.stdout) as { equal: boolean }).equal, false);
  await writeFile(join(root, 'x.tsv'), 'a\tb\n');
  assert.equal((await meterhouse(['reports', 'diff', a, join(root, 'x.tsv')])).status, 6);
  await writeFile(join(root, 'half.tsv.gz'), gzipSync('a'.repeat(100)).subarray(0, 20));
  const half = await meterhouse(['reports', 'diff', a, join(root, 'half.tsv.gz')]);
  assert.equal(half.status, 6);
  assert.match(half.stderr, /half\.tsv\.gz is no whole gzip file/);
  assert.equal((await meterhouse(['reports', 'diff', a, join(root, 'none.tsv')])).status, 6);
  assert.equal((await meterhouse(['reports', 'diff', a, root])).status, 2);
});

test('two folders of sync: meters are met by their UUID, and what is on one side alone is told', async (t) => {
  const root = await folder(t);
  const agent = '88531d1c-296e-4b47-8431-c0e8182148e7';
  const other = '98531d1c-296e-4b47-8431-c0e8182148e7';
  await save(join(root, `2023-01/old_${agent}/Monthly_Usage.tsv.gz`), row('a', '1'));
  await save(join(root, `2023-02/new_${agent}/Monthly_Usage.tsv.gz`), row('a', '1'));
  const words = ['reports', 'diff', join(root, '2023-01'), join(root, '2023-02')];
  assert.equal((await meterhouse(words)).status, 0);
  await save(join(root, `2023-02/x_${other}/Monthly_Usage.tsv.gz`), row('a', '1'));
  const ran = await meterhouse(words);
  assert.equal(ran.status, 8);
  assert.equal(
    ran.stdout,
    `+ ${other}/Monthly_Usage.tsv: on the second side alone\n1 further report equal.\n`,
  );
  assert.equal((await meterhouse([...words, '--agent', agent])).status, 0);
  const none = await meterhouse([...words, '--agent', other]);
  assert.deepEqual([none.status, none.stderr], [8, `${join(root, '2023-01')} has no reports.\n`]);
});

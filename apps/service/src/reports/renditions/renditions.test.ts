import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  RENDITIONS,
  REPORT_COLUMNS,
  REPORTS,
  type RenditionForm,
  type ReportColumn,
  type ReportType,
} from '@meterhouse/contract';
import { toTsv } from '@meterhouse/metering';
import fc from 'fast-check';
import { withTestEngine } from '../../platform/engine/testing.ts';
import type { Engine } from '../../platform/engine/types.ts';
import { renderRendition } from './render-rendition.ts';
import { READERS, type Table } from './testing-read-back.ts';

const types = Object.keys(REPORTS) as ReportType[];
const forms = Object.keys(RENDITIONS) as RenditionForm[];
const agentId = '88531d1c-296e-4b47-8431-c0e8182148e7';

let engine: Engine;
before(async () => {
  engine = await withTestEngine();
});

/** The bytes of a form of a report with these rows. */
async function rendered(form: RenditionForm, type: ReportType, rows: Table['rows']): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-rendition-'));
  try {
    const tsv = join(folder, 'report.tsv.gz');
    const path = join(folder, 'rendition');
    await writeFile(tsv, gzipSync(toTsv(REPORTS[type].columns, rows)));
    await renderRendition(
      engine.reports,
      form,
      { report_type: type, month: '2023-01', agent_id: agentId },
      tsv,
      path,
    );
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const guarded = (cell: string) => (/^[-=+@＝＋－＠]/u.test(cell) ? `'${cell}` : cell);

/** What a form must say of a report: its own cells, in CSV with formulas guarded in columns of texts. */
function expected(form: RenditionForm, type: ReportType, rows: Table['rows']): Table {
  const columns = REPORTS[type].columns;
  const isText = columns.map((name) => REPORT_COLUMNS[name].type === 'text');
  return {
    columns,
    rows:
      form === 'csv' ? rows.map((row) => row.map((cell, at) => (isText[at] ? guarded(cell) : cell))) : rows,
  };
}

async function assertSaysTheSame(type: ReportType, rows: Table['rows']): Promise<void> {
  for (const form of forms) {
    const table = await READERS[form](await rendered(form, type, rows), type);
    assert.deepEqual(table, expected(form, type, rows), `${type} as ${form}`);
  }
}

const hostile = [
  '',
  '=cmd|calc!A0',
  '+1',
  '-2+3',
  '@SUM(A1)',
  '＝1',
  "'quoted",
  'say "no", twice',
  'a;b,c',
  '\\N',
  '\\t',
  'NULL',
  '1.0',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what the engine's templates would take for a place
  '${c0:CSV} $ $$',
  '{"a":1}/</script>',
  'Übergrößenträger 漢字 \u{1d49c}\u{1f600}',
  ' leading and trailing ',
];
const text = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((any) => any.replace(/[\p{Cc}\u2028\u2029]/gu, '')),
);
const digits = (scale: number, whole: number) =>
  fc
    .tuple(
      fc.boolean(),
      fc.oneof(fc.constantFrom(0n, 1n, 10n ** BigInt(whole) - 1n), fc.bigInt(0n, 10n ** BigInt(whole) - 1n)),
      fc.bigInt(0n, 10n ** BigInt(scale) - 1n),
    )
    .map(([negative, before, after]) => {
      const fraction = String(after).padStart(scale, '0').replace(/0+$/, '').padEnd(3, '0');
      return `${negative && (before > 0n || after > 0n) ? '-' : ''}${before}.${fraction}`;
    });
const instant = fc
  .integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2099, 0) / 1000 })
  .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);

function cellOf(name: (typeof REPORTS)[ReportType]['columns'][number]): fc.Arbitrary<string> {
  const column: ReportColumn = REPORT_COLUMNS[name];
  switch (column.type) {
    case 'text':
      return text;
    case 'integer':
      return fc.constantFrom('0', '1', '65535', '9007199254740991');
    case 'decimal':
      return digits(column.scale, 38 - column.scale);
    case 'instant':
      return column.published
        ? instant.map((iso) => `${iso.slice(0, 10)} ${Number(iso.slice(11, 13))}:00:00`)
        : instant;
  }
}

describe('a rendition, read back by a reader that is not ours, says cell for cell what the TSV says', () => {
  for (const type of types)
    it(`of ${type}`, { timeout: 120_000 }, () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(...REPORTS[type].columns.map(cellOf)), { maxLength: 20 }),
          (rows) => assertSaysTheSame(type, rows),
        ),
        { numRuns: 12, examples: [[[]]] },
      ),
    );

  it('with every hostile text in every column of texts', { timeout: 120_000 }, async () => {
    for (const type of types)
      await assertSaysTheSame(
        type,
        hostile.map((cell) =>
          REPORTS[type].columns.map((name) => {
            const column = REPORT_COLUMNS[name];
            if (column.type === 'text') return cell;
            if (column.type === 'integer') return '4';
            if (column.type === 'decimal') return '-36.000';
            return 'published' in column ? '2023-01-01 5:00:00' : '2023-01-31T23:59:59Z';
          }),
        ),
      );
  });
});

const monthlyRow = (units: string, points = '1.000') => [
  ['Memory', 'GB', units, 'SKU', points, '100', '', '0.000'],
];

it('a negative figure stays a number in CSV, unquoted, and a text that looks like one does not', async () => {
  const row = ['-1', 'GB', '-36.000', 'SKU', '-36.000', '100', '', '0.000'];
  const lines = gunzipSync(await rendered('csv', 'MONTHLY_USAGE', [row]))
    .toString()
    .split('\r\n');
  assert.equal(lines[1], `"'-1","GB",-36.000,"SKU",-36.000,"100","",0.000`);
});

it('JSON says which report it is of and what its columns hold', async () => {
  const document = JSON.parse(gunzipSync(await rendered('json', 'HOURLY_USAGE', [])).toString());
  assert.deepEqual(document, {
    reportType: 'HOURLY_USAGE',
    month: '2023-01',
    agentId,
    columns: [
      { name: 'Product', type: 'text' },
      { name: 'SKU', type: 'text' },
      { name: 'Usage Hour', type: 'instant' },
      { name: 'License Key', type: 'text' },
      { name: 'Quantity', type: 'decimal' },
      { name: 'Unit of Measurement', type: 'text' },
    ],
    rows: [],
  });
});

it('the same TSV gives the same bytes in every form', async () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => monthlyRow(`${at}.001`)[0]!);
  for (const form of forms)
    assert.ok(
      (await rendered(form, 'MONTHLY_USAGE', rows)).equals(await rendered(form, 'MONTHLY_USAGE', rows)),
      form,
    );
});

it('a figure that Parquet cannot hold fails, and is not cut', async () => {
  for (const row of [
    monthlyRow('1.0001'),
    monthlyRow('1'.repeat(36)),
    monthlyRow('1e3'),
    monthlyRow('x'),
    monthlyRow('1.000', '0.1234567890123'),
  ])
    await assert.rejects(
      rendered('parquet', 'MONTHLY_USAGE', row),
      /read back|parse|Decimal|digits/i,
      row[0]!.join(),
    );
});

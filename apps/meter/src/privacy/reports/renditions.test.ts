// Reports as the service's own engine renders them, given back with names.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { REPORT_COLUMNS, REPORTS, type RenditionForm, type ReportType } from '@meterhouse/contract';
import { toTsv } from '@meterhouse/metering';
import { parquetMetadata } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { withTestEngine } from '../../../../service/src/platform/engine/testing.ts';
import type { Engine } from '../../../../service/src/platform/engine/types.ts';
import { renderRendition } from '../../../../service/src/reports/renditions/render-rendition.ts';
import { READERS } from '../../../../service/src/reports/renditions/testing-read-back.ts';
import { createHide } from '../hide.ts';
import { deanonymise } from '../index.ts';

const hide = createHide(Buffer.alloc(32, 5));
const attributes = { Name: 'vm', Host: 'host', Cluster: 'cluster', Customer: 'customer' } as const;
type NameColumn = keyof typeof attributes;
const NAMES = [
  'web-01',
  '=cmd|calc!A0',
  'say "no", twice',
  "o'brien",
  'Übergröße 漢字 😀',
  'a/b\\c',
  ' lead',
];

let engine: Engine;
before(async () => {
  engine = await withTestEngine();
});

function rows(type: ReportType, hidden: boolean, count: number): string[][] {
  return Array.from({ length: count }, (_, at) =>
    REPORTS[type].columns.map((column) => {
      const name = NAMES[at % NAMES.length]!;
      if (column in attributes) return hidden ? HIDDEN[attributes[column as NameColumn]].get(name)! : name;
      const kind = REPORT_COLUMNS[column];
      if (kind.type === 'integer') return String(at % 65_536);
      if (kind.type === 'decimal') return at % 2 === 0 ? `-${at}.125` : '12345678901234567890123.001';
      if (kind.type === 'instant') return 'published' in kind ? '2023-01-01 5:00:00' : '2023-01-31T23:59:59Z';
      return `text ${at % 50}`;
    }),
  );
}
const HIDDEN = Object.fromEntries(
  Object.values(attributes).map((each) => [each, new Map(NAMES.map((name) => [name, hide(each, name)]))]),
) as Record<(typeof attributes)[NameColumn], Map<string, string>>;
const names = new Map(
  NAMES.flatMap((name) => Object.values(attributes).map((each) => [hide(each, name), name] as const)),
);

/** A form of the report with hidden names, what it is with names again, and the same form rendered of plain names. */
async function backAndPlain(form: RenditionForm, type: ReportType, count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-names-'));
  try {
    const render = async (hidden: boolean) => {
      const tsv = join(folder, `${hidden}.tsv.gz`);
      await writeFile(tsv, gzipSync(toTsv(REPORTS[type].columns, rows(type, hidden, count))));
      const path = join(folder, `${hidden}.${form}`);
      const report = {
        report_type: type,
        month: '2023-01',
        agent_id: '88531d1c-296e-4b47-8431-c0e8182148e7',
      };
      await renderRendition(engine.reports, form, report, tsv, path);
      return path;
    };
    const hidden = await render(true);
    const outcome = await deanonymise(hidden, join(folder, 'back'), names);
    return {
      outcome,
      back: await readFile(join(folder, 'back')),
      hidden: await readFile(hidden),
      plain: await readFile(await render(false)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

for (const type of Object.keys(REPORTS) as ReportType[])
  test(`${type} with names again is what the service renders of plain names`, {
    timeout: 120_000,
  }, async () => {
    for (const count of [0, 20])
      for (const form of ['csv', 'json'] as const) {
        const { back, plain, outcome } = await backAndPlain(form, type, count);
        assert.equal(gunzipSync(back).toString(), gunzipSync(plain).toString(), form);
        const columns = REPORTS[type].columns.filter((column) => column in attributes).length;
        assert.deepEqual([outcome.replaced, outcome.unknown], [columns * count, 0]);
      }
    for (const count of [0, 20]) {
      const { back, plain } = await backAndPlain('parquet', type, count);
      assert.deepEqual(await READERS.parquet(back, type), await READERS.parquet(plain, type));
    }
  });

test('Parquet of several row groups keeps its groups, types and packing', { timeout: 120_000 }, async () => {
  const count = 132_000;
  const { back, plain, hidden } = await backAndPlain('parquet', 'CLUSTER_HISTORY', count);
  const [got, given] = [back, hidden].map((bytes) => parquetMetadata(Uint8Array.from(bytes).buffer));
  assert.deepEqual(got!.schema, given!.schema);
  assert.deepEqual(
    got!.row_groups.map(({ num_rows }) => num_rows),
    given!.row_groups.map(({ num_rows }) => num_rows),
  );
  assert.ok(got!.row_groups.length > 1);
  assert.equal(got!.row_groups[0]!.columns[0]!.meta_data!.codec, 'ZSTD');
  // The engine reads both alike, row for row.
  const [of, other] = await Promise.all([digestOf(back), digestOf(plain)]);
  assert.deepEqual(of, other);
  assert.deepEqual(of.rows, String(count));
});

async function digestOf(parquet: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-names-'));
  try {
    await writeFile(join(folder, 'report.parquet'), parquet);
    const [row] = await engine.reports.rows<{ rows: string; digest: string }>(
      "SELECT count() AS rows, sum(cityHash64(*)) AS digest FROM file({path:String}, 'Parquet')",
      { path: join(folder, 'report.parquet') },
    );
    return row!;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a Parquet file of two kilobytes that would fill the memory is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meterhouse-names-'));
  try {
    for (const [rows, length] of [
      [300_000, 1],
      [1, 70_000_000],
    ] as const) {
      const path = join(folder, 'bomb.parquet');
      const columns = REPORTS.HOURLY_USAGE.columns;
      const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
      const writer = new ParquetWriter({
        writer: fileWriter(path),
        schema: [
          { name: 'root', num_children: columns.length },
          ...columns.map((name) => ({ name, ...text })),
        ],
        codec: 'ZSTD',
        compressors: { ZSTD: (bytes) => new Uint8Array(zstdCompressSync(bytes)) },
      });
      const data = new Array(rows).fill('a'.repeat(length));
      await writer.write({ columnData: columns.map((name) => ({ name, data })), rowGroupSize: rows });
      await writer.finish();
      await assert.rejects(deanonymise(path, join(folder, 'back'), names), {
        code: 'report-not-understood',
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

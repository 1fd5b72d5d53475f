// Reads a rendition with readers that are not ours and gives its cells as the TSV would print them.
import assert from 'node:assert/strict';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { REPORT_COLUMNS, REPORTS, type RenditionForm, type ReportType } from '@meterhouse/contract';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';

/** A report as texts: the header and the rows. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function readTsv(bytes: Uint8Array): Table {
  const [columns = [], ...rows] = gunzipSync(bytes)
    .toString()
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
  return { columns, rows };
}

export const READERS: Readonly<
  Record<RenditionForm, (bytes: Buffer, type: ReportType) => Table | Promise<Table>>
> = { csv: readCsv, json: readJson, parquet: readParquet };

/** With the apostrophe of guarded cells: what a spreadsheet gets. */
function readCsv(bytes: Buffer): Table {
  const text = gunzipSync(bytes).toString();
  assert.ok(text.endsWith('\r\n'));
  const [columns = [], ...rows] = parse(text, { record_delimiter: '\r\n', quote: '"' }) as string[][];
  return { columns, rows };
}

function readJson(bytes: Buffer, type: ReportType): Table {
  const text = gunzipSync(bytes).toString();
  const document = JSON.parse(text) as {
    columns: { name: string; type: string }[];
    rows: Record<string, unknown>[];
  };
  const columns = document.columns.map(({ name }) => name);
  const rows = document.rows.map((row) => {
    assert.deepEqual(Object.keys(row), columns);
    return document.columns.map(({ name, type: kind }) => {
      const value = row[name];
      assert.equal(typeof value, kind === 'integer' ? 'number' : 'string', name);
      return kind === 'instant' ? asPrinted(type, name, String(value)) : String(value);
    });
  });
  return { columns, rows };
}

async function readParquet(bytes: Buffer, type: ReportType): Promise<Table> {
  const file = Uint8Array.from(bytes).buffer;
  const metadata = parquetMetadata(file);
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  for (const element of metadata.schema.slice(1)) {
    const column = REPORT_COLUMNS[element.name as keyof typeof REPORT_COLUMNS];
    assert.equal(element.repetition_type, 'REQUIRED', element.name);
    assert.deepEqual(
      element.logical_type,
      {
        text: { type: 'STRING' },
        integer: undefined,
        decimal: { type: 'DECIMAL', precision: 38, scale: 'scale' in column ? column.scale : undefined },
        instant: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      }[column.type],
      element.name,
    );
    if (column.type === 'integer') assert.equal(element.type, 'INT64');
    // This reader makes binary fractions of decimals: without their type it gives the bytes.
    if (column.type === 'decimal') {
      delete element.logical_type;
      delete element.converted_type;
    }
  }
  if (metadata.num_rows === 0n) return { columns, rows: [] };
  const rows = await parquetReadObjects({
    file,
    metadata,
    compressors: { ZSTD: (input) => zstdDecompressSync(input) },
  });
  return { columns, rows: rows.map((row) => columns.map((name) => printed(type, name, row[name]))) };
}

/** A cell of Parquet as the TSV prints it; a decimal without the zeros that only fill its scale. */
function printed(type: ReportType, name: string, value: unknown): string {
  if (value instanceof Uint8Array) {
    const { scale } = REPORT_COLUMNS[name as keyof typeof REPORT_COLUMNS] as { scale: number };
    return decimal(BigInt.asIntN(128, BigInt(`0x${Buffer.from(value).toString('hex')}`)), scale);
  }
  if (value instanceof Date) return asPrinted(type, name, value.toISOString().replace('.000Z', 'Z'));
  return String(value);
}

function decimal(digits: bigint, scale: number): string {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const fraction = text.slice(-scale).replace(/0+$/, '').padEnd(3, '0');
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${fraction}`;
}

/** `2023-01-01T05:00:00Z` as the column of the TSV prints it. */
function asPrinted(type: ReportType, name: string, instant: string): string {
  if (!(REPORTS[type].columns as readonly string[]).includes(name) || name !== 'Usage Hour') return instant;
  return instant.replace(/T0?(\d+):00:00Z$/, ' $1:00:00');
}

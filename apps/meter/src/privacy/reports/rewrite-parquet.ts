/** Parquet, row group after row group: each column keeps its type, and figures never become binary fractions. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { type NamesBack, nameColumns, reportOf } from './names-back.ts';
import { notUnderstood } from './not-understood.ts';

/** A row group is held as a whole. The service writes no larger ones; of a larger one, a few bytes would fill the memory. */
const MOST_ROWS = 250_000;
const LARGEST_GROUP = 512 * 1024 * 1024;
const LARGEST_PAGE = 64 * 1024 * 1024;

const compressors = {
  ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes, { maxOutputLength: LARGEST_PAGE })),
};

/** @throws MeterError `report-not-understood` */
export async function rewriteParquet(from: string, to: string, names: NamesBack): Promise<void> {
  const file = await asyncBufferFromFile(from);
  const metadata = await parquetMetadataAsync(file).catch((error: Error) => {
    throw notUnderstood(from, `it is damaged or its end is missing (${error.message}); download it again`);
  });
  const columns = metadata.schema.slice(1).map(({ name }) => name);
  if (reportOf(columns) === undefined) throw notUnderstood(from, 'its columns are those of none');
  for (const { num_rows, columns: chunks } of metadata.row_groups) {
    const bytes = chunks.reduce((sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n), 0n);
    if (num_rows > MOST_ROWS || bytes > LARGEST_GROUP)
      throw notUnderstood(from, `it holds more in one piece than the service writes (${num_rows} rows)`);
  }
  const named = new Set(nameColumns(columns));
  const writer = new ParquetWriter({
    writer: fileWriter(to),
    schema: metadata.schema,
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => new Uint8Array(zstdCompressSync(bytes)) },
    createdBy: metadata.created_by ?? 'meterhouse',
  });
  const raw = withoutDecimals(metadata);
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const chunks = new Map<string, (readonly unknown[])[]>(columns.map((name) => [name, []]));
    await parquetRead({
      file,
      metadata: raw,
      rowStart,
      rowEnd,
      compressors,
      onChunk: ({ columnName, columnData }) => void chunks.get(columnName)!.push(Array.from(columnData)),
    }).catch((error: Error) => {
      throw notUnderstood(from, `it is damaged (${error.message}); download it again`);
    });
    const columnData = columns.map((name, at) => {
      const values = chunks.get(name)!.flat();
      if (named.has(at)) return { name, data: values.map((value) => names.of(value as string) ?? value) };
      const data = isDecimal(metadata.schema[at + 1]!)
        ? values.map((value) => digitsOf(value as Uint8Array))
        : values;
      return { name, data };
    });
    await writer.write({ columnData, rowGroupSize: Math.max(1, rowEnd - rowStart) });
    rowStart = rowEnd;
  }
  await writer.finish();
}

const isDecimal = ({ logical_type, converted_type }: SchemaElement) =>
  logical_type?.type === 'DECIMAL' || converted_type === 'DECIMAL';

/** The reader makes binary fractions of decimals; of a column that is none it gives the bytes. */
function withoutDecimals(metadata: FileMetaData): FileMetaData {
  return {
    ...metadata,
    schema: metadata.schema.map((element) => {
      if (!isDecimal(element)) return element;
      const { logical_type: _, converted_type: __, ...bytes } = element;
      return bytes;
    }),
  };
}

/** Of the bytes of a decimal its digits as a whole number, which the writer takes as they are. */
function digitsOf(bytes: Uint8Array): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

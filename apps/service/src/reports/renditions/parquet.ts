import { type FormStatement, rfc3339Sql, type SourceColumn } from './statement.ts';

/**
 * Small row groups bound the memory of whoever writes or reads, and still pack well. The codec is read by every reader of this
 * decade.
 */
const SETTINGS = [
  "output_format_parquet_compression_method = 'zstd'",
  'output_format_parquet_row_group_size = 131072',
  'output_format_parquet_row_group_size_bytes = 67108864',
  'output_format_parquet_parallel_encoding = 0',
  'output_format_parquet_write_bloom_filter = 0',
] as const;

/**
 * Parquet with a type for each column: STRING, INT64, DECIMAL(38, scale), TIMESTAMP in UTC; none is nullable, an empty text is
 * one. Every cell that was typed is printed back and compared with the TSV: a figure that does not fit fails the rendering and
 * is never cut.
 */
export function parquetStatement(columns: readonly SourceColumn[]): FormStatement {
  const typed = columns.map((source, place) => ({
    ...typedColumn(source, `c${place}`),
    name: source.sql,
    place,
  }));
  const differs = typed.flatMap(({ differs }) => differs ?? []);
  return {
    format: 'Parquet',
    packing: 'none',
    structure: typed.map(({ name, type }) => `${name} ${type}`).join(', '),
    select: typed.map(({ value, place }) => `${value} AS c${place}`).join(', '),
    ...(differs.length === 0
      ? {}
      : {
          where: `NOT throwIf(${differs.join(' OR ')}, 'a figure does not read back as the TSV prints it')`,
        }),
    settings: SETTINGS,
    values: {},
  };
}

interface TypedColumn {
  readonly type: string;
  readonly value: string;
  /** SQL text that is true where `alias`, printed, is not what the TSV says. */
  readonly differs?: string;
}

function typedColumn(source: SourceColumn, alias: string): TypedColumn {
  const { sql, column } = source;
  switch (column.type) {
    case 'text':
      return { type: 'String', value: sql };
    case 'integer':
      return {
        type: 'Int64',
        value: `accurateCast(${sql}, 'Int64')`,
        differs: `toString(${alias}) != ${sql}`,
      };
    case 'decimal': {
      const { scale } = column;
      const type = `Decimal(38, ${scale})`;
      const zeros = `repeat('0', ${scale} - (length(${sql}) - position(${sql}, '.')))`;
      return {
        type,
        value: `CAST(${sql}, '${type}')`,
        differs: `toDecimalString(${alias}, ${scale}) != concat(${sql}, ${zeros})`,
      };
    }
    case 'instant': {
      const text = rfc3339Sql(source);
      return {
        type: "DateTime('UTC')",
        value: `parseDateTimeBestEffort(${text}, 'UTC')`,
        differs: `formatDateTime(${alias}, '%Y-%m-%dT%H:%i:%SZ') != ${text}`,
      };
    }
  }
}

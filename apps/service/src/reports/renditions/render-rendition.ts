import { REPORTS, type RenditionForm } from '@meterhouse/contract';
import type { EngineLane } from '../../platform/engine/types.ts';
import { csvStatement } from './csv.ts';
import { jsonStatement } from './json.ts';
import { parquetStatement } from './parquet.ts';
import { type FormStatement, type ReportIdentity, type SourceColumn, sourceColumns } from './statement.ts';

type MakeStatement = (columns: readonly SourceColumn[], report: ReportIdentity) => FormStatement;

const FORMS: Readonly<Record<RenditionForm, MakeStatement>> = {
  csv: csvStatement,
  json: jsonStatement,
  parquet: parquetStatement,
};

/**
 * Everything that could make the bytes differ from one time to the next is pinned: one thread, so that rows and blocks come in
 * the order of the file; level of packing; names of columns compared with the header line. The memory hangs on the block and,
 * in Parquet, on the row group, not on the rows.
 */
const settings = [
  'max_threads = 1',
  'max_insert_threads = 1',
  'max_block_size = 8192',
  'max_memory_usage = 536870912',
  'input_format_parallel_parsing = 0',
  'input_format_skip_unknown_fields = 0',
  // A cell that says \N says so, and is not empty.
  'input_format_null_as_default = 0',
  'output_format_parallel_formatting = 0',
  'output_format_compression_level = 3',
] as const;

/**
 * Has the engine write a form of the report whose packed TSV lies at `tsv` to `path`, where nothing may be. The same TSV gives
 * the same bytes, by the same release of the engine.
 */
export async function renderRendition(
  lane: EngineLane,
  form: RenditionForm,
  report: ReportIdentity,
  tsv: string,
  path: string,
): Promise<void> {
  const columns = sourceColumns(REPORTS[report.report_type].columns);
  const { format, packing, structure, select, where, ...more } = FORMS[form](columns, report);
  await lane.command(
    `INSERT INTO FUNCTION file({path:String}, '${format}', {structure:String}, '${packing}')
SELECT ${select}
FROM file({tsv:String}, 'TSVRawWithNames', {texts:String}, 'gzip')
${where === undefined ? '' : `WHERE ${where}`}
SETTINGS ${[...settings, ...more.settings].join(',\n  ')}`,
    {
      ...more.values,
      path,
      structure,
      tsv,
      texts: columns.map(({ sql }) => `${sql} String`).join(', '),
    },
  );
}

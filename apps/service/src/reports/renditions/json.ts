import { type FormStatement, type ReportIdentity, rfc3339Sql, type SourceColumn } from './statement.ts';

/**
 * One JSON object, a line for each row: `{"reportType","month","agentId","columns":[{"name","type",…}],"rows":[{…}]}`. Decimals
 * are strings with the digits of the TSV, integers numbers, instants RFC 3339.
 */
export function jsonStatement(columns: readonly SourceColumn[], report: ReportIdentity): FormStatement {
  const head = JSON.stringify({
    reportType: report.report_type,
    month: report.month,
    agentId: report.agent_id,
    columns: columns.map(({ name, column }) => ({
      name,
      type: column.type,
      ...('unit' in column ? { unit: column.unit } : {}),
    })),
  });
  const members = columns.map(
    ({ name, column }, place) =>
      `${JSON.stringify(name)}:\${c${place}:${column.type === 'integer' ? 'Raw' : 'JSON'}}`,
  );
  return {
    format: 'Template',
    packing: 'gzip',
    structure: columns.map((_, place) => `c${place} String`).join(', '),
    select: columns.map((source, place) => `${rfc3339Sql(source)} AS c${place}`).join(', '),
    settings: [
      'format_template_resultset_format = {document:String}',
      'format_template_row_format = {row:String}',
      "format_template_rows_between_delimiter = ',\\n'",
      'output_format_json_escape_forward_slashes = 0',
    ],
    values: {
      document: `${head.slice(0, -1)},"rows":[\n\${data}\n]}\n`,
      row: `{${members.join(',')}}`,
    },
  };
}

import { FORMULA_STARTS } from '@meterhouse/contract';
import type { FormStatement, SourceColumn } from './statement.ts';

/**
 * CSV by RFC 4180: a header line, CRLF, texts in quotes, figures and instants as the TSV prints them. A text that a
 * spreadsheet would run gets an apostrophe in front, which is the one loss of this form.
 */
export function csvStatement(columns: readonly SourceColumn[]): FormStatement {
  const cells = columns.map(({ column }, place) =>
    column.type === 'text' ? `\${c${place}:CSV}` : `\${c${place}:Raw}`,
  );
  const expressions = columns.map(({ sql, column }, place) => {
    const cell =
      column.type === 'text'
        ? `if(substringUTF8(${sql}, 1, 1) IN {formula:Array(String)}, concat('''', ${sql}), ${sql})`
        : sql;
    return `${cell} AS c${place}`;
  });
  const header = columns.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(',');
  return {
    format: 'Template',
    packing: 'gzip',
    structure: columns.map((_, place) => `c${place} String`).join(', '),
    select: expressions.join(', '),
    settings: [
      'format_template_resultset_format = {document:String}',
      'format_template_row_format = {row:String}',
      "format_template_rows_between_delimiter = ''",
    ],
    values: {
      formula: FORMULA_STARTS,
      document: `${header}\r\n\${data}`,
      row: `${cells.join(',')}\r\n`,
    },
  };
}

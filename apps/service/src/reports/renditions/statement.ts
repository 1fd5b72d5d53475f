import { REPORT_COLUMNS, type ReportColumn } from '@meterhouse/contract';
import type { EngineValues } from '../../platform/engine/types.ts';
import type { StoredReport } from '../delivery/find-report.ts';

/** What a rendition tells of its report, besides the rows. */
export type ReportIdentity = Pick<StoredReport, 'report_type' | 'month' | 'agent_id'>;

/** How the engine writes one form of a report, from the texts of its TSV. */
export interface FormStatement {
  readonly format: 'Template' | 'Parquet';
  readonly packing: 'gzip' | 'none';
  /** The columns that are written, as the engine describes them. */
  readonly structure: string;
  /** The expressions that they come from, and a WHERE if there is one. */
  readonly select: string;
  readonly where?: string;
  readonly settings: readonly string[];
  readonly values: EngineValues;
}

/** A column of the TSV: its name, as SQL text, and what it holds. */
export interface SourceColumn {
  readonly name: string;
  readonly sql: string;
  readonly column: ReportColumn;
}

export function sourceColumns(names: readonly (keyof typeof REPORT_COLUMNS)[]): readonly SourceColumn[] {
  return names.map((name) => ({ name, sql: `\`${name}\``, column: REPORT_COLUMNS[name] }));
}

/** SQL text of a printed instant as `2023-01-01T05:00:00Z`, whichever way the TSV prints it. */
export function rfc3339Sql({ sql, column }: SourceColumn): string {
  const published = column.type === 'instant' && column.published;
  return published
    ? `concat(substring(${sql}, 1, 10), 'T', leftPad(substring(${sql}, 12), 8, '0'), 'Z')`
    : sql;
}

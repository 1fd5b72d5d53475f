import type { ReportType } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import { coverageOf, type Gap, gapsOf } from './find-gaps.ts';
import { type FoundReport, findReports } from './find-reports.ts';
import { type ReportTable, readReport } from './read-report.ts';
import { filterRows, sortRows, totalsOf } from './report-rows.ts';
import { monthsUpTo } from './sync/months.ts';
import { type Trends, trendsOf } from './trend.ts';

export interface ViewOptions {
  readonly month: string;
  readonly agent?: string;
  readonly type: ReportType;
  readonly filter?: string;
  readonly sort?: string;
  /** Rows that are kept after sorting. */
  readonly top?: number;
  /** Months of figures up to this one. */
  readonly trend?: number;
}

/** A report as it was asked for. */
export interface ReportView {
  readonly report: FoundReport;
  readonly table: ReportTable;
  /** Exact sums of all rows that the filter kept, by column. */
  readonly totals: ReadonlyMap<string, string>;
  /** Which hours the month misses; for the Monthly Usage Report. */
  readonly gaps: readonly Gap[] | undefined;
  readonly trends: { readonly months: readonly string[]; readonly bySku: Trends } | undefined;
}

/** Reads the reports of a month that were asked for, filtered and sorted. @throws Failure that names every fault of both */
export async function viewReports(client: Client, options: ViewOptions): Promise<ReportView[]> {
  const { month, type, filter, sort, top, trend } = options;
  const views: ReportView[] = [];
  for (const report of await findReports(client, options)) {
    let table = await readReport(client, report);
    if (filter !== undefined) table = filterRows(table, filter);
    if (sort !== undefined) table = sortRows(table, sort);
    const totals = totalsOf(table);
    if (top !== undefined) table = { ...table, rows: table.rows.slice(0, top) };
    const gaps =
      type === 'MONTHLY_USAGE' ? gapsOf(await coverageOf(client, report.agentId, month)) : undefined;
    const months = trend === undefined ? [] : monthsUpTo(month, trend);
    const trends =
      trend === undefined ? undefined : { months, bySku: await trendsOf(client, report.agentId, months) };
    views.push({ report, table, totals, gaps, trends });
  }
  return views;
}

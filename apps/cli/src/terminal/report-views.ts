import type { ReportTable } from '../journey/read-report.ts';
import type { ReportView } from '../journey/view-reports.ts';
import type { Form } from '../output/form.ts';
import { tellGaps } from './gap-lines.ts';
import { print, printJson, screenWidth } from './output.ts';
import { drawReport } from './report-table.ts';
import { sparkline } from './sparkline.ts';
import { dim, heading } from './style.ts';

/** Draws reports for people, one below the other. */
export function drawViews(
  views: readonly ReportView[],
  { month, rows }: { readonly month: string; readonly rows: number },
): void {
  for (const view of views) {
    const { report, totals, gaps, trends } = view;
    print(heading(`${report.reportType} ${month}, meter ${report.agentId}`));
    print(drawReport(withTrend(view), { limit: rows, width: screenWidth(), totals }));
    if (trends !== undefined) {
      print(
        dim(
          `  Trend: ${trends.months[0]} to ${trends.months.at(-1)}, each line up to its own highest; · is none`,
        ),
      );
    }
    if (gaps !== undefined) for (const line of tellGaps(gaps)) print(line);
    print();
  }
}

/** Prints them for scripts: JSON of all, or one CSV with the meter of each row. */
export async function printViews(views: readonly ReportView[], form: Form): Promise<void> {
  if (form.kind === 'csv' && form.query === undefined) {
    const { csvLine } = await import('../output/csv.ts');
    print(csvLine(['agentId', ...views[0]!.table.columns]));
    for (const { report, table } of views)
      for (const row of table.rows) print(csvLine([report.agentId, ...row]));
    return;
  }
  const json = views.map(({ report, table, totals, gaps, trends }) => ({
    agentId: report.agentId,
    reportType: report.reportType,
    ...(gaps && { gaps }),
    rows: table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at]]))),
    ...(totals.size > 0 && { totals: Object.fromEntries(totals) }),
    ...(trends && { trends: { months: trends.months, bySku: Object.fromEntries(trends.bySku) } }),
  }));
  if (form.query === undefined) return printJson(json);
  const { printPicked } = await import('../output/print-picked.ts');
  printPicked(form.query(json), form.kind);
}

/** The trend stands as a column of its own, where the SKU is known. */
function withTrend({ table, trends }: ReportView): ReportTable {
  const sku = table.columns.indexOf('SKU');
  if (trends === undefined || sku < 0) return table;
  const line = (row: readonly string[]) =>
    sparkline(trends.bySku.get(row[sku] ?? '') ?? trends.months.map(() => undefined));
  return {
    columns: [...table.columns, 'Trend'],
    rows: table.rows.map((row) => [...row, line(row)]),
  };
}

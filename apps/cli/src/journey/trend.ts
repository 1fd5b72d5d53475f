import type { Client } from '../http/client.ts';
import { isFigure, sumOf } from './figures.ts';
import { findReports } from './find-reports.ts';
import { readReport } from './read-report.ts';

/** What a meter reported in some months, by SKU: a figure for each month, undefined where it reported none. */
export type Trends = ReadonlyMap<string, readonly (string | undefined)[]>;

const QUANTITY = 'Units to be Reported';

/** Reads the Monthly Usage Reports of a meter's months; each SKU's quantities of all contracts and sites together. */
export async function trendsOf(client: Client, agent: string, months: readonly string[]): Promise<Trends> {
  const trends = new Map<string, (string | undefined)[]>();
  for (const [place, month] of months.entries()) {
    const [report] = await findReports(client, { month, agent, type: 'MONTHLY_USAGE' });
    if (report === undefined) continue;
    const { columns, rows } = await readReport(client, report);
    const [sku, quantity] = [columns.indexOf('SKU'), columns.indexOf(QUANTITY)];
    const figures = Map.groupBy(rows, (row) => row[sku] ?? '');
    for (const [name, own] of figures) {
      const known = trends.get(name) ?? months.map(() => undefined);
      known[place] = sumOf(own.map((row) => row[quantity] ?? '').filter(isFigure));
      trends.set(name, known);
    }
  }
  return trends;
}

import type { MeterReports, MonthReports, ReportEntry, ReportType } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';

export interface FoundReport extends ReportEntry {
  readonly agentId: string;
}

/** The reports of a month, of one meter and of one type where these are given; meter by meter. */
export async function findReports(
  client: Client,
  { month, agent, type }: { readonly month: string; readonly agent?: string; readonly type?: ReportType },
): Promise<FoundReport[]> {
  const path = `/usage/api/v1/reports/${month.replace('-', '/')}`;
  const byMeter =
    agent === undefined
      ? await client.json<MonthReports>(path)
      : { [agent]: await client.json<MeterReports>(`${path}/${agent}`) };
  return Object.entries(byMeter).flatMap(([agentId, entries]) =>
    entries
      .filter((entry) => type === undefined || entry.reportType === type)
      .map((entry) => ({ agentId, ...entry })),
  );
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { MeterReports, MonthReports, ReportEntry, ReportType } from '@meterhouse/contract';
import type { Client } from '../http/client.ts';
import { note } from '../terminal/output.ts';

export interface FoundReport extends ReportEntry {
  readonly agentId: string;
}

/** A small month is renewed within two seconds of its last package; a long history may take its pause. */
const PATIENCE_MS = 10_000;
const APART_MS = 300;

/**
 * The reports of a month, of one meter and of one type where these are given; meter by meter. Right after packages were sent
 * the service lists the reports of before: it says so, and is waited for a little. What is still older then is told.
 */
export async function findReports(
  client: Client,
  { month, agent, type }: { readonly month: string; readonly agent?: string; readonly type?: ReportType },
): Promise<FoundReport[]> {
  const path = `/usage/api/v1/reports/${month.replace('-', '/')}${agent === undefined ? '' : `/${agent}`}`;
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await client.send(path);
    const listed = JSON.parse(await answer.text()) as MonthReports | MeterReports;
    const pending = answer.headers.get('meterhouse-renewal') === 'pending';
    if (pending && Date.now() < end) {
      await sleep(APART_MS);
      continue;
    }
    if (pending)
      note(`Usage of ${month} has come since these reports were made; the service is still renewing them.`);
    const byMeter = agent === undefined ? (listed as MonthReports) : { [agent]: listed as MeterReports };
    return Object.entries(byMeter).flatMap(([agentId, entries]) =>
      entries
        .filter((entry) => type === undefined || entry.reportType === type)
        .map((entry) => ({ agentId, ...entry })),
    );
  }
}

import type { MeterReports, MonthReports, ReportEntry } from '@meterhouse/contract';
import { EXIT } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import type { Client } from '../../http/client.ts';

export interface ListedMonth {
  readonly month: string;
  /** The service is renewing some of them. */
  readonly pending: boolean;
  readonly reports: readonly { readonly agentId: string; readonly entry: ReportEntry }[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A month's reports of these meters, of all when none is named: one call. */
export async function listMonth(
  client: Client,
  month: string,
  agents: readonly string[] | undefined,
): Promise<ListedMonth> {
  const one = agents?.length === 1 ? agents[0] : undefined;
  const path = `/usage/api/v1/reports/${month.replace('-', '/')}${one === undefined ? '' : `/${one}`}`;
  const answer = await client.send(path);
  const listed = JSON.parse(await answer.text()) as MonthReports | MeterReports;
  const byMeter = one === undefined ? (listed as MonthReports) : { [one]: listed as MeterReports };
  const reports = Object.entries(byMeter)
    .filter(([agentId]) => agents?.includes(agentId) ?? true)
    .flatMap(([agentId, entries]) =>
      entries.map((entry) => ({ agentId, entry: checkedEntry(agentId, entry) })),
    );
  return { month, pending: answer.headers.get('meterhouse-renewal') === 'pending', reports };
}

/** Names of files are made from these: a listing that holds something else is not of a service that we know. */
function checkedEntry(agentId: string, entry: ReportEntry): ReportEntry {
  const { ref, reportType, checksum, contentLength } = entry;
  const good =
    UUID.test(agentId) &&
    /^[A-Z][A-Z0-9_]{0,63}$/.test(reportType) &&
    /^[0-9a-f]{32}$/.test(checksum) &&
    Number.isSafeInteger(contentLength) &&
    typeof ref === 'string';
  if (good) return entry;
  throw new Failure('The listing holds what is no report.', EXIT.refused, {
    advice: 'Is --server the address of a usage service?',
  });
}

import { queryOf, type Send } from '../calls/request.ts';
import type { RetryPolicy } from '../calls/retry.ts';
import type { Transport } from '../calls/transport.ts';
import { type Download, openDownload } from '../download/open-download.ts';
import { type Month, monthPath } from '../month.ts';
import type { CallOptions, Data, Operation } from '../wire.ts';

const MONTH = '/usage/api/v1/reports/{year}/{month}';
const METER_MONTH = '/usage/api/v1/reports/{year}/{month}/{agentId}';
const DOWNLOAD = '/usage/api/v1/reports';

/** Reports by agentId. */
export type MonthReports = Data<'GET', typeof MONTH>;
export type ReportEntry = Data<'GET', typeof METER_MONTH>[number];

type MediaTypes = Operation<'GET', typeof DOWNLOAD>['responses'][200]['content'];
/** The forms of a report, by the names of their files. A form that the document does not know would not compile. */
const renditions = {
  tsv: 'text/tab-separated-values+gzip',
  csv: 'text/csv+gzip',
  json: 'application/json+gzip',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Record<string, keyof MediaTypes>;
export type Rendition = keyof typeof renditions;

export interface ListedMonth {
  readonly reports: MonthReports;
  /** Usage has come that these reports do not say yet; undefined when the service does not tell. */
  readonly pending: boolean | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** By itself the report's own form, gzip of tab-separated values. */
  readonly as?: Rendition | undefined;
}

export interface Reports {
  /** A month's reports of all meters, by agentId. */
  month(month: Month, options?: CallOptions): Promise<MonthReports>;
  /** A month's reports of one meter. */
  meterMonth(agentId: string, month: Month, options?: CallOptions): Promise<readonly ReportEntry[]>;
  /** As `month`, and whether these reports are about to be renewed. */
  listMonth(month: Month, options?: CallOptions): Promise<ListedMonth>;
  /**
   * Opens a report. Its stream is checked against what the entry announces (length and MD5, in its own form) and against the
   * answer's Repr-Digest (SHA-256), and goes on by itself where a lost connection cut it.
   *
   * @example const text = await (await client.reports.download(entry)).text();
   * @param report an entry of a listing, or its `ref`, of which less can be checked
   */
  download(report: ReportEntry | string, options?: DownloadOptions): Promise<Download>;
}

export function createReports(send: Send, transport: Transport, retry: RetryPolicy): Reports {
  async function listMonth(month: Month, options?: CallOptions): Promise<ListedMonth> {
    const { data, headers } = await send('GET', MONTH, { ...options, path: monthPath(month) });
    const renewal = headers.get('meterhouse-renewal');
    return { reports: data as MonthReports, pending: renewal === null ? undefined : renewal === 'pending' };
  }
  return {
    listMonth,
    month: async (month, options) => (await listMonth(month, options)).reports,
    async meterMonth(agentId, month, options) {
      const path = { agentId, ...monthPath(month) };
      return (await send('GET', METER_MONTH, { ...options, path })).data as readonly ReportEntry[];
    },
    async download(report, { as, headers, signal, timeout } = {}) {
      const entry = typeof report === 'string' ? undefined : report;
      const ref = typeof report === 'string' ? report : report.ref;
      const accept = as === undefined ? (entry?.contentType ?? '*/*') : renditions[as];
      // What the entry says of its bytes holds for its own form alone.
      const own = entry !== undefined && accept === entry.contentType;
      return openDownload(
        transport,
        { path: DOWNLOAD, query: queryOf({ ref }), headers: { accept, ...headers }, signal, timeout },
        {
          what: entry === undefined ? `report ${ref}` : `${entry.reportType} ${ref}`,
          announced: own ? { length: entry.contentLength, md5: entry.checksum.toLowerCase() } : {},
          retry,
        },
      );
    },
  };
}

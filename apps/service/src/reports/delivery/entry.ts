import { REPORT_MEDIA_TYPE, REPORTS, type ReportEntry, type ReportType } from '@meterhouse/contract';

/** What an entry of a listing is made from; `md5` in hexadecimal. */
export interface EntryRow {
  readonly ref: string;
  readonly report_type: ReportType;
  readonly content_length: string;
  readonly md5: string;
}

export const entryColumns = `r.ref, r.report_type, r.content_length::text, encode(r.md5, 'hex') as md5`;

const order = new Map(Object.keys(REPORTS).map((type, place) => [type, place]));

/** Listings name the report types in the order of the contract, whatever order they were made in. */
export function inReportOrder<Row extends EntryRow>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (order.get(a.report_type) ?? 0) - (order.get(b.report_type) ?? 0));
}

export function entries(rows: readonly EntryRow[]): ReportEntry[] {
  return rows.map((row) => ({
    ref: row.ref,
    contentType: REPORT_MEDIA_TYPE,
    reportType: row.report_type,
    contentLength: Number(row.content_length),
    checksum: row.md5,
  }));
}

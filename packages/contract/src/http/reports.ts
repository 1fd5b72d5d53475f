import { type Static, Type } from 'typebox';
import { REPORTS, type ReportType } from '../report-columns.ts';
import { AnyCaseUuid, PathMonth, PathYear } from './everywhere.ts';

/**
 * What a report is sent as: tab-separated values (IANA `text/tab-separated-values`) in one gzip member. The `+gzip` says
 * that the gzip is the file itself and no transfer coding, so no client unpacks it on the way and its checksum holds.
 */
export const REPORT_MEDIA_TYPE = 'text/tab-separated-values+gzip';

/**
 * The other forms of a report, made from its TSV, by their short names. `+gzip` as above; Parquet packs its own pages. `ending`
 * is that of the file name.
 */
export const RENDITIONS = {
  csv: { mediaType: 'text/csv+gzip', ending: 'csv.gz' },
  json: { mediaType: 'application/json+gzip', ending: 'json.gz' },
  parquet: { mediaType: 'application/vnd.apache.parquet', ending: 'parquet' },
} as const satisfies Record<string, { readonly mediaType: string; readonly ending: string }>;

export type RenditionForm = keyof typeof RENDITIONS;

/** How long a provisional report stays readable after a newer one took its place, in days; then its ref answers 410. */
export const SUPERSEDED_DAYS = 60;

const reportTypes = Object.keys(REPORTS) as ReportType[];

/** 192 random bits, base64url. Names the same bytes for ever. */
export const ReportRef = Type.String({
  minLength: 1,
  maxLength: 256,
  description: 'The `ref` of an entry. Opaque; URL-encode it.',
  examples: ['kS8VQm3sXo2nqf1dPz7tYwB0aLr4HcJe'],
});

export const ReportEntry = Type.Object(
  {
    ref: ReportRef,
    contentType: Type.Literal(REPORT_MEDIA_TYPE, {
      description: 'Send it as `Accept` to download the report.',
    }),
    reportType: Type.Enum(reportTypes),
    contentLength: Type.Integer({
      minimum: 0,
      description: 'Bytes that the download sends.',
      examples: [142],
    }),
    checksum: Type.String({
      pattern: '^[0-9a-f]{32}$',
      description: 'MD5 of those bytes, hexadecimal.',
      examples: ['c04cf7b2d373d30912b5f0130e182f0c'],
    }),
  },
  { additionalProperties: false },
);
export type ReportEntry = Static<typeof ReportEntry>;

/** The reports of one meter's month. */
export const MeterReports = Type.Array(ReportEntry);
export type MeterReports = Static<typeof MeterReports>;

/** The reports of a month of all meters that are not deleted, keyed by agentId. */
export const MonthReports = Type.Record(Type.String(), MeterReports, {
  examples: [
    {
      '88531d1c-296e-4b47-8431-c0e8182148e7': [
        {
          ref: 'LXgiQ9OIr3lKEcTNsVgg1x-WYWlXxcoe',
          contentType: REPORT_MEDIA_TYPE,
          reportType: 'MONTHLY_USAGE',
          contentLength: 142,
          checksum: 'c04cf7b2d373d30912b5f0130e182f0c',
        },
      ],
    },
  ],
});
export type MonthReports = Static<typeof MonthReports>;

export const MonthPath = Type.Object({ year: PathYear, month: PathMonth }, { additionalProperties: false });
export const MeterMonthPath = Type.Object(
  { year: PathYear, month: PathMonth, agentId: AnyCaseUuid },
  { additionalProperties: false },
);

/** The compatible paths ignore what else stands in the query. */
export const DownloadQuery = Type.Object({ ref: ReportRef }, { additionalProperties: true });

import type { ReportType } from '@meterhouse/contract';
import type { Queryable } from '../../platform/database/types.ts';

/** The fixed bytes behind a ref. */
export interface StoredReport {
  readonly ref: string;
  readonly organisation_id: string;
  readonly report_type: ReportType;
  readonly content_type: string;
  readonly archive_key: string;
  readonly content_length: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** `2023-01` */
  readonly month: string;
  readonly agent_id: string;
  /** Null while provisional. */
  readonly revision: number | null;
  readonly superseded_at: Date | null;
}

/** The report behind a ref of this organisation, also one of a deleted meter; undefined for any other ref. */
export async function findReport(
  on: Queryable,
  organisationId: string,
  ref: string,
): Promise<StoredReport | undefined> {
  // No ref holds anything else, and PostgreSQL takes no NUL as a text.
  if (!/^[A-Za-z0-9_-]+$/.test(ref)) return undefined;
  const [row] = await on.query<StoredReport>(
    `select r.ref, r.organisation_id, r.report_type, r.content_type, r.archive_key, r.content_length::float8 as content_length,
            encode(r.md5, 'hex') as md5, encode(r.sha256, 'hex') as sha256, to_char(r.month, 'YYYY-MM') as month, m.agent_id, r.revision, r.superseded_at
       from reports r
       join meters m on m.id = r.meter_id
      where r.ref = $2 and r.organisation_id = $1`,
    [organisationId, ref],
    'find-report',
  );
  return row;
}
